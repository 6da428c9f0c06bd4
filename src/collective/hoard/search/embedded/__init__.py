"""The embedded index: in the ZODB, of built-in classes, written by the drainer."""

from ._index import EmbeddedIndex
from ._storage import is_outdated


__all__ = [
    #: The back end.
    "EmbeddedIndex",
    #: Whether a stored collection should be built anew, though it can be read.
    "is_outdated",
]
