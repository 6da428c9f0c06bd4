"""The back end over the stored collections of a site."""

from ..interfaces import Found
from ..interfaces import IIndex
from ..matching import added
from ..paging import cursor_of
from ..paging import place
from ..paging import place_of
from ._search import CollectionSearch
from ._storage import discard
from ._storage import fold
from ._storage import new_collection
from ._storage import put
from ._storage import TAIL
from ._storage import TAIL_WHILE_BUILDING
from heapq import merge
from itertools import islice
from zope.interface import implementer


@implementer(IIndex)
class EmbeddedIndex:
    """See `IIndex`.

    *collections* and *building* are mappings of uid to stored collection; what
    is changed is committed by the caller, with the connection they are from.
    """

    name = "embedded"
    step = TAIL_WHILE_BUILDING

    def __init__(self, collections, building=None):
        self._collections = collections
        self._building = {} if building is None else building

    def search(self, query, scope, size=20, cursor=None):
        searches = self._searches(query, scope)
        hits = list(islice(_merged(query, searches, place_of(cursor)), size + 1))
        more = len(hits) > size
        return Found(
            hits=tuple(hits[:size]),
            total=sum(one.total for one in searches),
            cursor=cursor_of(hits[size - 1]) if more else None,
            facets=added(*(one.facets() for one in searches)) if query.facets else {},
        )

    def stream(self, query, scope):
        return _merged(query, self._searches(query, scope), None)

    def _searches(self, query, scope):
        found = ((uid, self._collections.get(uid)) for uid in scope.uids)
        return [
            CollectionSearch(uid, stored, query, scope.readers)
            for uid, stored in found
            if stored is not None
        ]

    def update(self, documents, gone=()):
        touched = set()
        for document in documents:
            touched.add(document.uid)
            for collection in self._both(document.uid):
                put(collection, document)
        for uid, key, ref in gone:
            touched.add(uid)
            for collection in self._both(uid, create=False):
                discard(collection, key, ref)
        for uid in touched:
            self._fold(uid)

    def _both(self, uid, create=True):
        """The collection, and the one that will replace it."""
        if uid not in self._collections and uid not in self._building and create:
            self._collections[uid] = new_collection()
        both = (self._collections, self._building)
        return [collections[uid] for collections in both if uid in collections]

    def _fold(self, uid):
        if uid in self._collections:
            fold(self._collections[uid], TAIL)
        if uid in self._building:
            fold(self._building[uid], TAIL_WHILE_BUILDING)

    def tokens(self, uid):
        collection = self._collections.get(uid)
        if collection is not None:
            docs, tail = collection["docs"], collection["tail"]
            yield from _passing(
                (key, *stored[:2])
                for key, stored in _overlaid(docs.iteritems(), tail.iteritems())
                if stored is not None
            )

    def begin(self, uid):
        self._building[uid] = new_collection()

    def finish(self, uid):
        if uid in self._building:
            fold(self._building[uid])
            self._collections[uid] = self._building.pop(uid)

    def drop(self, uid):
        for collections in (self._collections, self._building):
            if uid in collections:
                del collections[uid]


def _merged(query, searches, start):
    streams = (one.hits(start) for one in searches)
    return merge(*streams, key=lambda hit: place(query, hit))


def _overlaid(docs, tail):
    """Both streams as one, by key; what the tail has wins."""
    last = None
    for key, stored in merge(tail, docs, key=lambda pair: pair[0]):
        # The merge is stable: of two, the one from the tail comes first.
        if key != last:
            yield key, stored
        last = key


def _passing(found):
    for key, token, ref in found:
        yield key, ref, token
