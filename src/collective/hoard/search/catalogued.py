"""What the catalog finds, as a collection: by UID, or in the order of creation."""

from ..ledger.keys import RANDOM_BITS
from hashlib import blake2b
from plone.indexer.interfaces import IIndexer
from Products.CMFCore.utils import getToolByName
from zope.component import getMultiAdapter


class Catalogued:
    """The part of an `ICollection` that records and content share.

    A subclass has ``from_content(content)``, which returns a `Document` or None.

    :param types: portal types to look at; all if there are none.
    """

    form = None

    def __init__(self, site, types):
        self.site = site
        self.catalog = getToolByName(site, "portal_catalog")
        self._types = list(types)

    def __len__(self):
        return len(self._brains())

    def __bool__(self):
        return True

    def _brains(self, **more):
        if self._types:
            more["portal_type"] = self._types
        return self.catalog.unrestrictedSearchResults(**more)

    def _places(self):
        """``(key, brain)`` of those with a UID, by key."""
        pairs = (
            (content_key(brain.created, brain.UID), brain)
            for brain in self._brains()
            if brain.UID
        )
        return sorted(pairs, key=lambda pair: (pair[0], pair[1].UID))

    def _from_brain(self, brain):
        try:
            content = brain._unrestrictedGetObject()
        except (AttributeError, KeyError):
            return None  # An entry that outlived its content.
        return self.from_content(content)

    def document(self, key, ref=None):
        for brain in self._brains(UID=ref) if ref else ():
            return self._from_brain(brain)
        return None

    def documents(self, after=None):
        pairs = (pair for pair in self._places() if after is None or pair[0] > after)
        return self._made(pairs)

    def newest(self, before=None):
        pairs = reversed(self._places())
        return self._made(p for p in pairs if before is None or p[0] <= before)

    def _made(self, pairs):
        made = (self._from_brain(brain) for _key, brain in pairs)
        return (document for document in made if document is not None)

    def tokens(self):
        return ((d.key, d.ref, d.token) for d in self.documents())


def content_key(created, uid) -> int:
    """The key of a content object: by when it was created, and what of its UID
    tells it from others of that moment. *created* is a Zope DateTime."""
    noise = int.from_bytes(blake2b(uid.encode(), digest_size=8).digest())
    milliseconds = max(int(created.timeTime() * 1000), 1)
    return milliseconds << RANDOM_BITS | noise & ((1 << RANDOM_BITS) - 1)


def readers_of(content):
    """Roles and users who may see *content*, as the catalog names them."""
    catalog = getToolByName(content, "portal_catalog")
    indexer = getMultiAdapter((content, catalog), IIndexer, "allowedRolesAndUsers")
    return tuple(sorted(indexer()))


def digest(*parts) -> str:
    """A token: differs when any of *parts* does."""
    data = repr([sorted(p.items()) if isinstance(p, dict) else p for p in parts])
    return blake2b(data.encode("utf-8", "replace"), digest_size=8).hexdigest()
