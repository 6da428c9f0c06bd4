"""Keys that would become equal, or could no longer be sorted."""

from .nodes import Sequence
from .nodes import Str


def final_key(node):
    """A comparable stand-in for a key node, or None if it has none.

    Text and bytes are themselves, so are numbers; a tuple is a tuple of these.
    """
    if type(node) is Str:
        return node.final
    if type(node) is Sequence and not node.mutable:
        items = tuple(final_key(item) for item in node.items)
        return (
            None
            if any(_is_opaque(i, n) for i, n in zip(items, node.items, strict=True))
            else items
        )
    if isinstance(node, int | float | bytes) or node is None:
        return node
    return None


def _is_opaque(key, node):
    return key is None and node is not None


def strings_in(node):
    if type(node) is Str:
        return [node]
    if type(node) is Sequence and not node.mutable:
        return [found for item in node.items for found in strings_in(item)]
    return []


def settle_collisions(keys):
    """Keep keys apart that would become equal: the native one stays bytes.

    :param keys: The key nodes of one dict, set or bucket.
    :return: The strings that stay bytes.
    """
    if not any(_changes(string) for key in keys for string in strings_in(key)):
        return []
    kept = []
    taken = {}
    # Text that was text, and valid utf-8, has the older right to its name.
    for key in sorted(keys, key=_rank):
        value = final_key(key)
        if value is None:
            continue
        marked = _typed(value)
        if marked in taken:
            if _raw(key) == _raw(taken[marked]):
                continue
            kept.extend(_keep_bytes(key))
            marked = _typed(final_key(key))
        taken.setdefault(marked, key)
    return kept


def _changes(string):
    return string.native and type(string.final) is str and not string.value.isascii()


def _rank(key):
    strings = strings_in(key)
    if any(s.native and s.because not in ("ascii", "utf-8") for s in strings):
        return 2
    return 1 if any(_changes(s) for s in strings) else 0


def _typed(value):
    """Bytes never equal text, and True never hides 1 here."""
    if isinstance(value, tuple):
        return tuple(_typed(item) for item in value)
    return (type(value) in (int, float, bool), type(value) is bytes, value)


def _raw(key):
    return [string.value for string in strings_in(key)]


def _keep_bytes(key):
    changed = [string for string in strings_in(key) if _changes(string)]
    for string in changed:
        string.final = string.value
        string.because = "collision"
    return changed


def key_types(keys):
    """Kinds of keys that Python 3 refuses to compare with one another."""
    types = set()
    for key in keys:
        value = final_key(key)
        if value is not None:
            number = isinstance(value, int | float)
            types.add("number" if number else type(value).__name__)
    return types


PLAIN = "plain"
SUSPECT = "suspect"


def order_of(keys):
    """Is the order of these keys of a tree node safe on Python 3?

    Byte order is text order for utf-8 and ascii, so only other strings can
    break it; ``SUSPECT`` also says that keys cannot be sorted as they are.
    """
    if any(
        string.native and string.because not in ("ascii", "utf-8")
        for key in keys
        for string in strings_in(key)
    ):
        return SUSPECT
    values = [final_key(key) for key in keys]
    if values and values[0] is None:  # None is the smallest key of a BTree
        values = values[1:]
    if any(value is None for value in values):
        return PLAIN  # objects: their own classes know
    try:
        ordered = all(a < b for a, b in zip(values, values[1:], strict=False))
    except TypeError:
        return SUSPECT
    return PLAIN if ordered else SUSPECT
