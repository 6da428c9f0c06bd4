"""Pages to search on, and those to look after the index."""
