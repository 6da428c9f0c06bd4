"""Scripts for ``bin/instance run``."""
