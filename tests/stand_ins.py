"""Things that stand for a site where none is needed."""

from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping


def a_site(**values):
    """A mapping with annotations of its own.

    Python makes the attribute ``__annotations__`` for a class when somebody asks
    the class for it, and modules do: all mappings without one of their own
    would share it from then on.
    """
    site = PersistentMapping(**values)
    site.__annotations__ = OOBTree()
    return site
