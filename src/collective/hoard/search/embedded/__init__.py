"""The embedded index: in the ZODB, of built-in classes, written by the drainer."""

from ._index import EmbeddedIndex


__all__ = [
    #: The back end.
    "EmbeddedIndex",
]
