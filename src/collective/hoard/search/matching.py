"""Whether a document matches a query, by looking at it: no index needed.

The definition of what the other back ends must find. The embedded index uses
it for its newest documents, the scan for all.
"""

from .interfaces import Among
from .interfaces import COLLECTION
from .interfaces import MONTH
from .interfaces import SUBMITTED
from .months import month_of
from collections import Counter
from itertools import chain


class Matcher:
    """The conditions of a query, made ready to look at many documents."""

    def __init__(self, query):
        self._conditions = tuple(_conditions(query))

    def failed(self, document, at_most=1):
        """The fields of filters that *document* does not meet, None for what is
        no filter; no more than *at_most* + 1 of them."""
        found = []
        for field, is_met in self._conditions:
            if not is_met(document):
                found.append(field)
                if len(found) > at_most:
                    break
        return found

    def matches(self, document) -> bool:
        return not self.failed(document, at_most=0)


def _conditions(query):
    """``(field of a filter or None, function of a document)``, cheap ones first."""
    if query.low is not None:
        yield MONTH, lambda d: d.key >= query.low
    if query.high is not None:
        yield MONTH, lambda d: d.key <= query.high
    for one in query.filters:
        yield one.field, lambda d, one=one: meets(one, d.exact.get(one.field, ()))
    for one in query.words:
        yield None, lambda d, one=one: has_words(one, d.words) != one.negated


def meets(condition, texts) -> bool:
    """Whether one of the exact *texts* is as the filter says."""
    if isinstance(condition, Among):
        return any(text in condition.values for text in texts)
    low, high = limits(condition)
    return any(low <= text <= high for text in texts)


def limits(condition):
    """``(low, high)`` of a `Between`, an open end closed by the type."""
    low, high = condition.low, condition.high
    kind = (low or high)[0]
    return low or kind, high or f"{kind}~~"


def has_words(condition, words) -> bool:
    if condition.field is not None:
        return has(condition, words.get(condition.field, ()))
    return any(has(condition, found) for found in words.values())


def has(condition, found) -> bool:
    """Whether the tuple of tokens *found* has those of the condition."""
    wanted = condition.tokens
    if condition.prefix:
        return any(token.startswith(wanted[0]) for token in found)
    if len(wanted) == 1:
        return wanted[0] in found
    if wanted[0] not in found:
        return False
    size = len(wanted)
    return any(
        found[at : at + size] == wanted
        for at, token in enumerate(found)
        if token == wanted[0]
    )


def visible(document, readers) -> bool:
    """Whether somebody with these *readers* may see it; see `Scope`."""
    if readers is None or document.readers is None:
        return True
    return not set(readers).isdisjoint(document.readers)


def order(query, document):
    """What the document is sorted by; None when it has no value for that."""
    return None if query.sort == SUBMITTED else document.order.get(query.sort)


class Counts:
    """Counts facets, document by document."""

    def __init__(self, query):
        self._query = query
        self._found = {name: Counter() for name in query.facets}

    def add(self, document, failed):
        """*failed* as of `Matcher.failed`: a filter does not narrow its own facet."""
        for name, counter in self._found.items():
            if all(one == name for one in failed):
                counter.update(set(facet_values(name, document)))

    def result(self):
        return {name: ranked(counter) for name, counter in self._found.items()}


def facet_values(name, document):
    if name == COLLECTION:
        return (document.uid,)
    if name == MONTH:
        return (month_of(document.key),)
    return document.exact.get(name, ())


def ranked(counts):
    """``((text, count), ...)``, most frequent first; months: newest first."""
    pairs = [(text, count) for text, count in counts.items() if count]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def added(*several):
    """Facets of several back ends or collections as one."""
    sums = {}
    for name, pairs in chain.from_iterable(one.items() for one in several):
        counter = sums.setdefault(name, Counter())
        for text, count in pairs:
            counter[text] += count
    return {name: ranked(counter) for name, counter in sums.items()}
