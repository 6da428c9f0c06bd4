"""``{form}/@submissions``: sending a form, and reading what was sent."""
