A demo site with a contact form, 200 submissions and an editor starts with one command.
