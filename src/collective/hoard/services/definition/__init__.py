"""``{form}/@definition``: the fields of a form as JSON."""
