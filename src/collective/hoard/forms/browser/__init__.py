"""Pages: filling in, designing, receiving. They check rights, call the domain
and format the answer."""
