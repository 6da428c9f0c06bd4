"""One query in one collection."""

from ..interfaces import Among
from ..interfaces import COLLECTION
from ..interfaces import Hit
from ..interfaces import is_restricted
from ..interfaces import MONTH
from ..interfaces import SUBMITTED
from ..matching import Counts
from ..matching import Matcher
from ..matching import order
from ..matching import ranked
from ..matching import visible
from ..months import month_of
from ..months import month_range
from ..paging import is_after
from ..paging import place
from ._conditions import keys_of_filter
from ._conditions import keys_of_words
from ._postings import common
from ._postings import count_common
from ._postings import merged
from ._storage import EXACT
from ._storage import ORDER
from ._storage import READERS
from ._storage import unpacked
from BTrees.LLBTree import difference
from BTrees.LLBTree import LLSet
from functools import cached_property
from heapq import merge


#: So many hits are sorted by looking at each of them.
FEW = 1_000


class CollectionSearch:
    """The hits of *query* in a stored *collection* called *uid*."""

    def __init__(self, uid, collection, query, readers=None):
        self.uid = uid
        self.query = query
        self._collection = collection
        self._values = collection["values"]
        restricted = is_restricted(uid) and readers is not None
        self._readers = readers if restricted else None
        self._matcher = Matcher(query)

    # The tail: looked at, document by document.

    @cached_property
    def _masked(self):
        """Keys of the trees that the tail has a newer answer for."""
        keys = self._collection["keys"]
        return LLSet([key for key in self._collection["tail"] if key in keys])

    @cached_property
    def _tail(self):
        """``(document, failed conditions)`` of those that may matter."""
        found = []
        for key, stored in self._collection["tail"].items():
            if stored is None:
                continue
            document = unpacked(self.uid, key, stored)
            if visible(document, self._readers):
                found.append((document, self._matcher.failed(document)))
        return found

    # The trees: sets of keys.

    @cached_property
    def _filters(self):
        """``(field, set of keys)`` of each filter."""
        return [
            (one.field, keys_of_filter(self._collection, one))
            for one in self.query.filters
        ]

    @cached_property
    def _always(self):
        """The sets of keys that narrow every facet."""
        sets = [
            keys_of_words(self._collection, one)
            for one in self.query.words
            if not one.negated
        ]
        if self._readers is not None:
            among = Among(READERS, tuple(self._readers))
            sets.append(keys_of_filter(self._collection, among))
        return sets

    @cached_property
    def _never(self):
        sets = [
            keys_of_words(self._collection, one)
            for one in self.query.words
            if one.negated
        ]
        return [*sets, *([self._masked] if self._masked else [])]

    def _keys(self, but=None):
        """Keys in the trees that meet all but the filters on field *but*; None
        for all there are."""
        low, high = self.query.low, self.query.high
        if but == MONTH:
            low = high = None
        sets = [*self._always, *(keys for field, keys in self._filters if field != but)]
        span = low is not None or high is not None
        if not sets and not span and not self._never:
            return None
        found = common(sets) if sets else self._collection["keys"]
        if span:
            found = LLSet(found.keys(low, high))
        for others in self._never:
            found = difference(found, others)
        return found if isinstance(found, LLSet) else LLSet(found)

    @cached_property
    def _result(self):
        return self._keys()

    @property
    def total(self):
        trees = self._collection["count"] if self._result is None else len(self._result)
        return trees + sum(not failed for _, failed in self._tail)

    # Pages.

    def hits(self, start=None):
        """Yield hits after *start*, see `paging.place_of`, in order."""
        tail = [
            Hit(self.uid, d.key, d.ref, order(self.query, d))
            for d, failed in self._tail
            if not failed
        ]
        tail.sort(key=lambda hit: place(self.query, hit))
        both = merge(
            tail, self._in_trees(start), key=lambda hit: place(self.query, hit)
        )
        return (hit for hit in both if is_after(self.query, hit, start))

    def _in_trees(self, start):
        if self.query.sort == SUBMITTED:
            return self._by_time(start)
        if self._result is not None and len(self._result) <= FEW:
            return iter(self._sorted())
        return self._by_order(start)

    def _by_time(self, start):
        keys = self._collection["keys"] if self._result is None else self._result
        step, end = (-1, keys.maxKey) if self.query.descending else (1, keys.minKey)
        if not keys:
            return
        # The key of the cursor again: another collection may have it, too.
        key = _next(end, start[1] if start else None)
        while key is not None:
            yield self._hit(key)
            key = _next(end, key + step)

    def _hit(self, key, order=None):
        ref = self._collection["docs"][key][1] if is_restricted(self.uid) else None
        return Hit(self.uid, key, ref, order)

    def _sorted(self):
        name = self.query.sort
        docs = self._collection["docs"]
        hits = [self._hit(key, dict(docs[key][4]).get(name)) for key in self._result]
        return sorted(hits, key=lambda hit: place(self.query, hit))

    def _by_order(self, start):
        """By going through the values in order: ends as soon as a page is full."""
        all_keys = self._collection["keys"]
        result = LLSet(all_keys) if self._result is None else self._result
        begin, end = f"{self.query.sort}{ORDER}", f"{self.query.sort}{chr(2)}"
        seen = LLSet()
        if start is None or start[0] is not None:
            names = list(self._values.keys(*self._ends(begin, end, start)))
            for name in reversed(names) if self.query.descending else names:
                keys = common([result, merged([self._values[name]])])
                text = name[len(begin) :]
                yield from (self._hit(key, text) for key in reversed(list(keys)))
        seen = merged(self._values.values(begin, end))
        rest = difference(result, seen)
        yield from (self._hit(key) for key in reversed(list(rest)))

    def _ends(self, begin, end, start):
        if start is None:
            return begin, end
        at = f"{begin}{start[0]}"
        return (begin, at) if self.query.descending else (at, end)

    # Facets.

    def facets(self):
        """As `Found.facets`."""
        counts = Counts(self.query)
        for document, failed in self._tail:
            counts.add(document, failed)
        found = {name: dict(pairs) for name, pairs in counts.result().items()}
        for name in self.query.facets:
            for text, count in self._facet(name):
                found[name][text] = found[name].get(text, 0) + count
        return {name: ranked(pairs) for name, pairs in found.items()}

    def _facet(self, name):
        keys = self._keys(but=name) if self._narrows(name) else self._result
        if name == COLLECTION:
            count = self._collection["count"] if keys is None else len(keys)
            return [(self.uid, count)]
        if name == MONTH:
            return self._months(keys)
        start = f"{name}{EXACT}"
        return [
            (full[len(start) :], len(p) if keys is None else count_common(keys, p))
            for full, p in self._values.items(start, f"{name}{ORDER}")
        ]

    def _narrows(self, name):
        if name == MONTH:
            return self.query.low is not None or self.query.high is not None
        return any(field == name for field, _ in self._filters)

    def _months(self, keys):
        keys = self._collection["keys"] if keys is None else keys
        found, key = [], _next(keys.minKey) if keys else None
        while key is not None:
            low, high = month_range(month_of(key))
            found.append((month_of(key), len(keys.keys(low, high))))
            key = _next(keys.minKey, high + 1)
        return found


def _next(end, *key):
    """What ``minKey`` or ``maxKey`` says, None when there is no such key."""
    try:
        return end(*key) if key and key[0] is not None else end()
    except (ValueError, OverflowError):
        return None
