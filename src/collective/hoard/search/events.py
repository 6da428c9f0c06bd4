"""Events of searching."""

from .interfaces import ISearched
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


@implementer(ISearched)
class Searched(ObjectEvent):
    """See `ISearched`."""

    def __init__(self, site, uids):
        super().__init__(site)
        self.uids = tuple(sorted(uids))
