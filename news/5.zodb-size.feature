The ready-made check of the site's own numbers takes the size of its database and the memory of its process into the history, too; a JSON rule may be optional.
