"""``{form}/@submissions``: sending a form, reading and
correcting what was sent."""
