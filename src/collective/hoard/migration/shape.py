"""Compare the values of two records by kind and number, not by content."""

from .calls import OLD_SETS
from .calls import RECONSTRUCTORS
from .calls import SETS
from .findings import finding
from .interfaces import BadPickle
from .layout import Damage
from .machine import Machine
from .nodes import Global
from .nodes import Made
from .nodes import Mapping
from .nodes import Reference
from .nodes import Sequence
from .nodes import Str
from collections import Counter


def shape(data):
    """How many values of which kind a record holds.

    :raises BadPickle: It is no record.
    """
    machine = Machine(data)
    todo = [machine.read().root, machine.read().root]
    counts = Counter()
    seen = set()
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is Str or kind is str or kind is bytes:
            counts["strings"] += 1
        elif kind not in (Sequence, Mapping, Made, Reference, Global):
            counts[kind.__name__] += 1
        elif id(node) not in seen:
            seen.add(id(node))
            todo.extend(_open(node, counts))
    return counts


def _open(node, counts):
    """Count a container; what it holds."""
    if type(node) is Sequence:
        counts["lists" if node.mutable else "tuples"] += 1
        return node.items
    if type(node) is Mapping:
        counts["dicts"] += 1
        return node.flat
    if type(node) is Reference:
        counts["references"] += 1
        return [node.pid]
    if type(node) is Global:
        counts["names"] += 1
        return []
    members = _members(node)
    if members is not None:
        counts["sets"] += 1
        return members
    counts["objects"] += 1
    return [node.callee, *node.args, node.state, *node.items, *node.flat]


def _members(made):
    """The members of a set, however it was written; None for what is no set."""
    name = made.callee.dotted if type(made.callee) is Global else ""
    if name in RECONSTRUCTORS and made.args and type(made.args[0]) is Global:
        name = made.args[0].dotted
    if name in OLD_SETS:
        state = made.state
        if type(state) is Sequence and len(state.items) == 1:
            state = state.items[0]
        return state.flat[::2] if type(state) is Mapping else None
    if name in SETS and made.args:
        held = made.args[0]
        return held.flat[::2] if type(held) is Mapping else getattr(held, "items", None)
    return None


def differences(source, destination):
    """Findings for records that differ in shape or are missing.

    Transactions that only the destination has are its own and not compared;
    records that only the source has were left out on purpose if the whole
    object has a newer one.
    """
    theirs = _transactions(source)
    for ours in _transactions(destination):
        their = next((t for t in theirs if t.tid >= ours.tid), None)
        if their is None or their.tid != ours.tid:
            continue
        before = {r.oid: r for r in source.records(their) if type(r) is not Damage}
        for record in destination.records(ours):
            if type(record) is not Damage and record.data is not None:
                yield from _compare(source, before.get(record.oid), record)


def _transactions(file):
    return (found for found in file.transactions() if type(found) is not Damage)


def _compare(source, before, record):
    if before is None:
        return
    try:
        old = shape(source.data_of(before) or b"")
    except (BadPickle, ValueError):
        return  # copied as it is, and named when it was converted
    try:
        new = shape(record.data)
    except BadPickle as error:
        yield finding("different-shape", record.oid, error=error)
        return
    if old != new:
        names = sorted(k for k in old | new if old[k] != new[k])
        error = ", ".join(f"{name}: {old[name]} became {new[name]}" for name in names)
        yield finding("different-shape", record.oid, error=error)
