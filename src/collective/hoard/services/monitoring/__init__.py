"""``{site}/@hoard-checks`` and what else monitoring says and takes."""
