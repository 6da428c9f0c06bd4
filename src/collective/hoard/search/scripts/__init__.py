"""Programs for ``bin/instance run``."""
