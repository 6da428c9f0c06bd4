"""Put trees in the order that their keys have as text.

Byte order is text order for utf-8, but not for other encodings.  The items of
such a tree are sorted over the same buckets, so every object keeps its number,
and the keys between children are set anew.  It happens in a transaction of its
own after all others: old revisions stay what they were.
"""

from . import stubs
from .findings import finding
from .layout import RECORD
from .layout import Transaction
from .machine import Machine
from .tree_states import tree_class
from dataclasses import dataclass
from dataclasses import field
import re


NOTE = b"hoard-migrate: trees sorted for Python 3"


@dataclass
class Node:
    """A tree node or bucket as it was loaded."""

    oid: bytes
    kind: object
    data: bytes
    state: object
    changed: bool = False
    children: list = field(default_factory=list)


class Sorter:
    """Finds and sorts trees of one database.

    :param load: ``oid -> data`` of the newest record, or None.
    """

    def __init__(self, load):
        self._load = load
        self._nodes = {}

    def node(self, oid):
        if oid not in self._nodes:
            data = self._load(oid)
            meta, state, _ = stubs.load(data)
            kind = tree_class(stubs.class_name(meta))
            if kind is None or not kind.object_keys:
                raise stubs.NotLoadable("not a node of this tree")
            self._nodes[oid] = Node(oid, kind, data, state)
        return self._nodes[oid]

    def forget(self):
        self._nodes.clear()

    def children(self, node):
        """Object numbers of the nodes below; none for a bucket."""
        if not node.kind.is_inner or not node.state or len(node.state) == 1:
            return []
        return [stubs.oid_of(child.pid)[1] for child in node.state[0][::2]]

    def leaves(self, oid, seen):
        """The buckets of a tree from left to right."""
        if oid in seen:
            raise stubs.NotLoadable("a tree that contains itself")
        seen.add(oid)
        node = self.node(oid)
        below = self.children(node)
        if not below:
            return [node] if node.state else []
        return [leaf for child in below for leaf in self.leaves(child, seen)]

    def sort(self, oid):
        """Sort one tree; ``(changed nodes, number of moved items)``.

        :raises TypeError: Its keys cannot be compared.
        """
        leaves = self.leaves(oid, set())
        items = [item for leaf in leaves for item in _items(leaf)]
        if any(_is_foreign(item[0]) for item in items):
            return [], 0  # only the application knows how its keys compare
        ordered = sorted(items, key=_none_first)
        for one, other in zip(ordered, ordered[1:], strict=False):
            if one[0] == other[0]:
                raise TypeError(f"the key {one[0]!r} is there twice")
        moved = sum(a is not b for a, b in zip(items, ordered, strict=True))
        if moved:
            position = 0
            for leaf in leaves:
                count = len(_items(leaf))
                _set_items(leaf, ordered[position : position + count])
                position += count
        self._separate(oid)
        changed = [node for node in self._nodes.values() if node.changed]
        return changed, moved

    def _separate(self, oid):
        """Set each key between children to the smallest one on its right.

        Returns the smallest and largest key below *oid*.
        """
        node = self.node(oid)
        below = self.children(node)
        if not below:
            items = _items(node)
            return (items[0][0], items[-1][0]) if items else None
        ranges = [self._separate(child) for child in below]
        flat = list(node.state[0])
        for index in range(1, len(below)):
            left, right = ranges[index - 1], ranges[index]
            key = flat[2 * index - 1]
            if right is None or left is None:
                continue
            if not (_less(left[1], key) and not _less(right[0], key)):
                flat[2 * index - 1] = right[0]
                node.changed = True
        if node.changed:
            node.state = (tuple(flat), *node.state[1:])
        known = [r for r in ranges if r is not None]
        return (known[0][0], known[-1][1]) if known else None


def _less(a, b):
    return _none_first((a,)) < _none_first((b,))


def _none_first(item):
    key = item[0]
    return (False, 0) if key is None else (True, key)


def _is_foreign(key):
    if isinstance(key, tuple):
        return any(map(_is_foreign, key))
    return isinstance(key, stubs.Ref | stubs.Named) or isinstance(
        type(key), stubs.Named
    )


def _bucket(node):
    """The bucket's own state: a small tree has it inside."""
    return node.state[0][0] if node.kind.is_inner else node.state


def _items(node):
    if not node.state:
        return []
    flat = _bucket(node)[0]
    if node.kind.is_set:
        return [(key,) for key in flat]
    return list(zip(flat[::2], flat[1::2], strict=True))


def _set_items(node, items):
    flat = tuple(part for item in items for part in item)
    if flat == _bucket(node)[0]:
        return
    node.changed = True
    if node.kind.is_inner:
        node.state = (((flat,),),)
    else:
        node.state = (flat, *node.state[1:])


def object_trees(destination):
    """Object numbers of all tree nodes with object keys that can have children."""
    for oid in destination.positions.oids():
        data = destination.record_start(destination.positions.get(oid))
        if _INNER.match(data):
            yield oid


_INNER = re.compile(
    rb"\x80\x03(?:c|\(*(?:U.|X....)?)BTrees\._?(O[OILQU])BTree[^\w]+_?\1(?:BTree|TreeSet)",
    re.DOTALL,
)


def roots(sorter, inner, suspects):
    """The trees with a suspect node; buckets that belong to none count too."""
    parent = {}
    for oid in inner:
        try:
            for child in sorter.children(sorter.node(oid)):
                parent[child] = oid
        except (stubs.NotLoadable, ValueError, TypeError, IndexError):
            pass  # verification names it
        sorter.forget()
    found = {}
    for oid in suspects:
        seen = set()
        while oid in parent and oid not in seen:
            seen.add(oid)
            oid = parent[oid]
        found[oid] = None
    return list(found)


def sort_trees(destination, suspects, tid):
    """Sort what needs it and append it as one transaction; the findings."""

    def load(oid):
        data = destination.record_data(destination.positions.get(oid))
        if data is None:
            raise stubs.NotLoadable("no such object")
        return data

    sorter = Sorter(load)
    findings, records = [], []
    for root in roots(sorter, object_trees(destination), suspects):
        sorter.forget()
        try:
            changed, moved = sorter.sort(root)
        except TypeError as error:
            findings.append(finding("unsortable-tree", root, error=error))
            continue
        except (stubs.NotLoadable, ValueError, IndexError, RecursionError) as error:
            findings.append(finding("broken-tree", root, error=error))
            continue
        records.extend((node.oid, written(node)) for node in changed)
        if changed:
            findings.append(finding("sorted-tree", root, count=moved))
    if records:
        append(destination, tid, sorted(records))
    return findings


def written(node):
    """The record of a changed node: its class as it was, its state anew."""
    machine = Machine(node.data)
    head = machine.read()
    return node.data[: head.end] + stubs.dump(node.state)


def append(destination, tid, records):
    transaction = Transaction(0, tid, b" ", b"", NOTE, b"", 0, 0, 0)
    destination.begin(transaction, b"")
    for oid, body in records:
        data = bytearray(RECORD.pack(oid, tid, 0, 0, 0, len(body)) + body)
        destination.add(data, [0, int.from_bytes(oid), 0])
    destination.end()
