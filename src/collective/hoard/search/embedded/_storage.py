"""The stored form of the index of one collection; built-in classes only.

New documents go to a *tail*, one small leaf a commit, and are looked through by
each search. When the tail is long it is *folded* into the trees at once: to add
one document to a text index alone writes a leaf for each of its words.
"""

from ..interfaces import Document
from . import _places
from ._postings import change
from BTrees.LLBTree import LLTreeSet
from BTrees.LOBTree import LOBTree
from BTrees.OLBTree import OLBTree
from BTrees.OOBTree import OOBTree
from collections import defaultdict
from persistent.mapping import PersistentMapping


#: 2: the postings of frequent words say where in the text each stands.
LAYOUT = 2
#: Documents in the tail before it is folded; while building, more at once.
TAIL = 250
TAIL_WHILE_BUILDING = 2_000
#: What separates a word from its field, a field from its value: in none of them.
EXACT, ORDER = "\x00", "\x01"
READERS = "_readers"


def new_collection():
    return PersistentMapping(
        layout=LAYOUT,
        count=0,
        keys=LLTreeSet(),
        docs=LOBTree(),
        texts=OOBTree(),
        words=OOBTree(),
        values=OOBTree(),
        refs=OLBTree(),
        tail=LOBTree(),
    )


def is_outdated(collection) -> bool:
    """Whether an earlier version wrote it. It is read and kept up to date, but
    phrases of frequent words take longer."""
    return collection["layout"] < LAYOUT


def packed(document):
    """A document as plain values."""
    return (
        document.token,
        document.ref,
        tuple((field, " ".join(words)) for field, words in document.words.items()),
        tuple(document.exact.items()),
        tuple(document.order.items()),
        document.readers,
    )


def unpacked(uid, key, stored) -> Document:
    token, ref, words, exact, order, readers = stored
    words = {field: tuple(text.split(" ")) for field, text in words}
    return Document(uid, key, token, words, dict(exact), dict(order), ref, readers)


def stored(collection, key):
    """The packed document as it is now, or None; without its words if it is in the
    trees."""
    tail = collection["tail"]
    return tail[key] if key in tail else collection["docs"].get(key)


def put(collection, document):
    """Add or replace a document; nothing is written if it is there already."""
    known = stored(collection, document.key)
    if known is not None and known[0] == document.token:
        return
    if document.ref is not None:
        collection["refs"][document.ref] = document.key
    collection["tail"][document.key] = packed(document)


def discard(collection, key, ref=None):
    """Remove a document, by its key or, if that is None, by its *ref*."""
    refs = collection["refs"]
    key = refs.get(ref) if key is None else key
    if ref is not None and ref in refs:
        del refs[ref]
    if key is None:
        return
    if key in collection["keys"]:
        if stored(collection, key) is not None:
            collection["tail"][key] = None
    elif key in collection["tail"]:
        del collection["tail"][key]


def fold(collection, at_least=1):
    """Take the tail into the trees, if it is as long as that."""
    tail = collection["tail"]
    if len(tail) < at_least:
        return
    words, values = _Changes(dict), _Changes(list)
    for key, document in tail.items():
        _take_out(collection, key, words, values)
        if document is not None:
            _put_in(collection, key, document, words, values)
    words.apply(collection["words"])
    values.apply(collection["values"])
    tail.clear()


def _take_out(collection, key, words, values):
    old = collection["docs"].pop(key, None)
    if old is not None:
        collection["keys"].remove(key)
        collection["count"] -= 1
        texts = [(field, collection["texts"][field].pop(key)) for field in old[2]]
        _note(words.remove, values.remove, key, (*old[:2], texts, *old[3:]))


def _put_in(collection, key, document, words, values):
    # The words of each field apart: a phrase is looked for in one field, and what
    # else is asked of a document needs none.
    fields = tuple(field for field, _text in document[2])
    collection["docs"][key] = (*document[:2], fields, *document[3:])
    for field, text in document[2]:
        if field not in collection["texts"]:
            collection["texts"][field] = LOBTree()
        collection["texts"][field][key] = text
    collection["keys"].add(key)
    collection["count"] += 1
    _note(words.add, values.add, key, document)


def _note(words, values, key, document):
    _token, _ref, texts, exact, order, readers = document
    for field, text in texts:
        for word, places in _places.places_of(text).items():
            words[f"{word}{EXACT}{field}"][key] = _places.packed(places)
    for field, found in (*exact, (READERS, readers or ())):
        for text in set(found):
            values[f"{field}{EXACT}{text}"].append(key)
    for field, text in order:
        values[f"{field}{ORDER}{text}"].append(key)


class _Changes:
    """What becomes of the postings of one tree."""

    def __init__(self, kind):
        self.add, self.remove = defaultdict(kind), defaultdict(kind)

    def apply(self, tree):
        for text in sorted({*self.add, *self.remove}):
            change(tree, text, self.add.get(text, ()), self.remove.get(text, ()))
