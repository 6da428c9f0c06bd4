"""The keys that meet one condition of a query, in the trees of a collection."""

from ..interfaces import Among
from ..matching import limits
from ._places import of_keys
from ._places import side_by_side
from ._postings import common
from ._postings import merged
from ._storage import EXACT


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
    if len(condition.tokens) == 1:
        return _keys_of(collection, condition)
    texts = collection["texts"]
    fields = list(texts) if condition.field is None else [condition.field]
    found = [_phrase(collection, condition.tokens, f) for f in fields if f in texts]
    return merged(found)


def _keys_of(collection, condition):
    words, field, token = collection["words"], condition.field, condition.tokens[0]
    end = f"{token}{END}" if condition.prefix else f"{token}{EXACT}{END}"
    start = token if condition.prefix else f"{token}{EXACT}"
    if field is None:
        return merged(words.values(start, end))
    if not condition.prefix:
        return merged([words.get(f"{start}{field}", ())])
    ending = f"{EXACT}{field}"
    return merged(p for name, p in words.items(start, end) if name.endswith(ending))


def _phrase(collection, tokens, field):
    """Keys, in a tuple, whose words in *field* have *tokens* side by side."""
    words, texts = collection["words"], collection["texts"][field]
    postings = {token: words.get(f"{token}{EXACT}{field}", ()) for token in tokens}
    keys = common([merged([posting]) for posting in postings.values()])
    places = (of_keys(postings[token], keys) for token in tokens)
    needle, found = f" {' '.join(tokens)} ", []
    for key, numbers in zip(keys, zip(*places, strict=False), strict=False):
        answer = side_by_side(numbers)
        if answer or (answer is None and needle in f" {texts[key]} "):
            found.append(key)
    return tuple(found)
