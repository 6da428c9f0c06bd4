"""The errors that this package raises on purpose."""


class HoardError(Exception):
    """Base class of every error we raise on purpose."""
