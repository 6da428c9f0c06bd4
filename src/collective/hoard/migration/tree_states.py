"""Which classes are BTrees, and what their states look like in a pickle."""

from .nodes import Reference
from .nodes import Sequence
from typing import NamedTuple
import re


_CLASS = re.compile(
    r"BTrees\.(?:_(?=\w\w)|)(?P<family>fs|[OILQU][OILQU])BTree\."
    r"(?:_?(?P=family))(?P<kind>BTree|Bucket|TreeSet|Set)(?:Py)?$"
)


class TreeClass(NamedTuple):
    family: str
    kind: str

    @property
    def is_set(self):
        return self.kind in ("Set", "TreeSet")

    @property
    def is_inner(self):
        """Can this node have children?"""
        return self.kind in ("BTree", "TreeSet")

    @property
    def object_keys(self):
        return self.family[0] == "O"

    @property
    def packed(self):
        """fsBTree: fixed numbers of bytes, never text."""
        return self.family == "fs"


_known = {}


def tree_class(class_name):
    """The `TreeClass` of a class name, or None."""
    if not class_name.startswith("BTrees."):
        return None
    if class_name not in _known:
        match = _CLASS.match(class_name)
        _known[class_name] = match and TreeClass(match["family"], match["kind"])
    return _known[class_name]


class TreeState(NamedTuple):
    """The parts of one node's state.

    *flat* holds keys and values by turns (only keys for a set), *separators*
    the keys between children, *links* references to children and next bucket.
    """

    flat: list
    separators: list
    links: list


def parts(kind, state):
    """Take a pickled tree or bucket apart; empty parts for what is no tree."""
    empty = TreeState([], [], [])
    if type(state) is not Sequence or not state.items:
        return empty
    first = state.items[0]
    if type(first) is not Sequence:
        return empty
    rest = [node for node in state.items[1:] if type(node) is Reference]
    if not kind.is_inner:
        return TreeState(first.items, [], rest)
    if len(state.items) == 1:  # one small bucket, written inside its tree
        inner = first.items[0] if first.items else None
        if type(inner) is Sequence and inner.items:
            bucket = inner.items[0]
            if type(bucket) is Sequence:
                return TreeState(bucket.items, [], [])
        return empty
    children = [node for node in first.items[::2] if type(node) is Reference]
    return TreeState([], first.items[1::2], children + rest)
