"""Which keys are on a page, and whether there are more on either side."""

from ._shards import has_any
from ._shards import merged
from .keys import LARGEST
from itertools import islice


def page_keys(shards, size, before=None, after=None):
    """``(keys, older, newer)`` of a page, newest key first; see `ILedger.page`.

    :raises ValueError: no room for a row, or two directions at once.
    """
    if size < 1:
        raise ValueError(f"a page needs room for at least one row, not {size}")
    if before is not None and after is not None:
        raise ValueError("give before or after, not both")
    if after is None:
        return _backward(shards, size, LARGEST + 1 if before is None else before)
    return _forward(shards, size, after)


def _backward(shards, size, before):
    keys, more = _some(merged(shards, high=before - 1, newest_first=True), size)
    # An empty page stands just below *before*.
    first, last = (keys[0], keys[-1]) if keys else (before - 1, before)
    newer = before <= LARGEST and has_any(shards, low=first + 1)
    return keys, last if more else None, first if newer else None


def _forward(shards, size, after):
    keys, more = _some(merged(shards, low=after + 1), size)
    keys.reverse()
    first, last = (keys[0], keys[-1]) if keys else (after, after + 1)
    older = has_any(shards, high=last - 1)
    return keys, last if older else None, first if more else None


def _some(keys, size):
    """The first *size* of *keys*, and whether there is one more."""
    found = list(islice(keys, size + 1))
    return found[:size], len(found) > size
