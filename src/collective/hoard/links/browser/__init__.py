"""Pages for links: following one, and the list of a form."""
