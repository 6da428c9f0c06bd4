"""The kinds of field that ship with the add-on."""
