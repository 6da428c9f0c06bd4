"""``{site}/@hoard-connections``: what the process has open, as JSON."""
