"""The back end that needs no index: it looks at every document there is.

Slow, but never behind: for when the index is down, behind, or not built yet.
Bounded: each call looks at so many documents and no more, and its cursor goes on
from there.
"""

from .interfaces import Found
from .interfaces import Hit
from .interfaces import IBackend
from .interfaces import is_restricted
from .interfaces import SUBMITTED
from .matching import Counts
from .matching import Matcher
from .matching import order
from .matching import visible
from .paging import cursor_of
from .paging import is_after
from .paging import place
from .paging import place_of
from heapq import merge
from heapq import nsmallest
from itertools import islice
from time import monotonic
from zope.interface import implementer


#: Documents that one call looks at, and seconds that it takes at most.
MOST = 100_000
SECONDS = 8


@implementer(IBackend)
class Scan:
    """See `IBackend`. *collections* maps uids to `ICollection`."""

    name = "scan"

    def __init__(self, collections, most=MOST, seconds=SECONDS):
        self._collections = collections
        self._most = most
        self._seconds = seconds

    def search(self, query, scope, size=20, cursor=None):
        start = place_of(cursor)
        if self._goes_on(query, scope, start):
            return self._newest(query, scope, size, start)
        return self._all(query, scope, size, start)

    def _goes_on(self, query, scope, start):
        """Whether to look just for the next page, without totals and facets."""
        if not _by_newest(query):
            return False
        rows = sum(len(self._collections[uid]) for uid in self._uids(scope))
        return start is not None or rows > self._most

    def _uids(self, scope):
        return [uid for uid in scope.uids if uid in self._collections]

    def _all(self, query, scope, size, start):
        """Every document, or as many as we may look at: with totals and facets,
        in any order."""
        look = _Look(self._documents(query, scope), self._most, self._seconds)
        counts, matcher, total, hits = Counts(query), Matcher(query), 0, []
        for document in look:
            failed = matcher.failed(document)
            counts.add(document, failed)
            if failed:
                continue
            total += 1
            hit = _hit(query, document)
            if is_after(query, hit, start):
                hits.append(hit)
            if len(hits) > 2_000 + 2 * size:
                hits = _first(query, hits, size + 1)
        hits = _first(query, hits, size + 1)
        last = hits[size - 1] if len(hits) > size else None
        if last is None and look.stopped and _by_newest(query):
            last = look.last_hit(query)
        return Found(
            hits=tuple(hits[:size]),
            total=None if look.stopped else total,
            cursor=None if last is None else cursor_of(last),
            facets=counts.result(),
            reached=look.last if look.stopped else None,
        )

    def _newest(self, query, scope, size, start):
        """From the newest, until a page is full."""
        documents = self._documents(query, scope, start[1] if start else None)
        look = _Look(documents, self._most, self._seconds)
        matcher, hits = Matcher(query), []
        for document in look:
            hit = _hit(query, document)
            if is_after(query, hit, start) and matcher.matches(document):
                hits.append(hit)
                if len(hits) > size:
                    return Found(tuple(hits[:size]), None, cursor_of(hits[size - 1]))
        if not look.stopped:
            return Found(tuple(hits), None)
        return Found(
            tuple(hits), None, cursor_of(look.last_hit(query)), reached=look.last
        )

    def stream(self, query, scope):
        matcher = Matcher(query)
        found = (
            _hit(query, document)
            for document in self._documents(query, scope)
            if matcher.matches(document)
        )
        if _by_newest(query):
            return found
        return iter(sorted(found, key=lambda hit: place(query, hit)))

    def _documents(self, query, scope, before=None):
        """Visible documents, newest first."""
        if query.high is not None:
            before = query.high if before is None else min(before, query.high)
        streams = [self._collections[uid].newest(before) for uid in self._uids(scope)]
        merged = merge(*streams, key=lambda d: (-d.key, d.uid))
        return (d for d in merged if _may_see(d, scope))


class _Look:
    """Iterates over documents until one of the limits is reached."""

    def __init__(self, documents, most, seconds):
        self._documents = islice(documents, most + 1)
        self._most = most
        self._until = monotonic() + seconds
        self._at = None
        self.stopped = False

    def __iter__(self):
        for count, document in enumerate(self._documents):
            if count == self._most or (count % 100 == 99 and self._is_late()):
                self.stopped = True
                return
            self._at = document
            yield document

    def _is_late(self):
        return monotonic() > self._until

    @property
    def last(self):
        return None if self._at is None else self._at.key

    def last_hit(self, query):
        return _hit(query, self._at)


def _by_newest(query):
    return query.sort == SUBMITTED and query.descending


def _may_see(document, scope):
    return not is_restricted(document.uid) or visible(document, scope.readers)


def _hit(query, document):
    return Hit(document.uid, document.key, document.ref, order(query, document))


def _first(query, hits, count):
    return nsmallest(count, hits, key=lambda hit: place(query, hit))
