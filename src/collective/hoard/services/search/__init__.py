"""``@hoard-search``: search over submissions, records and content."""
