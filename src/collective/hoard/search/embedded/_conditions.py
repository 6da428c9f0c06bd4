"""The keys that meet one condition of a query, in the trees of a collection."""

from ..interfaces import Among
from ..matching import limits
from ._postings import common
from ._postings import merged
from ._storage import EXACT
from BTrees.LLBTree import LLSet


#: The text after all that begin with a text.
END = "\U0010ffff"


def keys_of_filter(collection, condition):
    """A set of keys for an `Among` or a `Between`."""
    values, field = collection["values"], condition.field
    if isinstance(condition, Among):
        names = (f"{field}{EXACT}{text}" for text in condition.values)
        return merged(posting for n in names if (posting := values.get(n)))
    low, high = (f"{field}{EXACT}{text}" for text in limits(condition))
    return merged(values.values(low, high))


def keys_of_words(collection, condition):
    """A set of keys for `Words`, not looking at ``negated``."""
    sets = [_keys_of(collection, condition, token) for token in condition.tokens]
    if len(sets) == 1:
        return sets[0]
    docs = collection["docs"]
    needle = f" {' '.join(condition.tokens)} "
    return LLSet(
        [key for key in common(sets) if _has(docs[key], needle, condition.field)]
    )


def _keys_of(collection, condition, token):
    words, field = collection["words"], condition.field
    end = f"{token}{END}" if condition.prefix else f"{token}{EXACT}{END}"
    start = token if condition.prefix else f"{token}{EXACT}"
    if field is None:
        return merged(words.values(start, end))
    if not condition.prefix:
        return merged([words.get(f"{start}{field}", ())])
    ending = f"{EXACT}{field}"
    return merged(p for name, p in words.items(start, end) if name.endswith(ending))


def _has(document, needle, field):
    """Whether a packed *document* has the words of *needle* side by side."""
    return any(
        needle in f" {text} " for name, text in document[2] if field in (None, name)
    )
