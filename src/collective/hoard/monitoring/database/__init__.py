"""The tables of monitoring and how to open them."""
