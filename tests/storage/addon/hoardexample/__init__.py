"""An add-on that keeps the data of its forms with collective.hoard."""
