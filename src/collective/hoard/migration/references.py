"""Which object a persistent reference means."""

from .nodes import Sequence
from .nodes import Str


def target(pid):
    """``(database name or None, oid)`` of a reference's node; oid None if unclear."""
    if type(pid) is Sequence and not pid.mutable and pid.items:
        return None, _oid(pid.items[0])
    if type(pid) is not Sequence:
        return None, _oid(pid)
    if len(pid.items) == 1:
        return None, _oid(pid.items[0])
    if len(pid.items) == 2 and type(pid.items[1]) is Sequence:
        kind, info = _text(pid.items[0]), pid.items[1].items
        if kind == "w" and info:
            return (_text(info[1]) if len(info) > 1 else None), _oid(info[0])
        if kind in ("n", "m") and len(info) > 1:
            return _text(info[0]), _oid(info[1])
    return None, None


def is_weak(pid):
    """Weak references may lead nowhere."""
    if type(pid) is not Sequence or not pid.mutable:
        return False
    return len(pid.items) == 1 or _text(pid.items[0]) == "w"


def _oid(node):
    value = node.value if type(node) is Str else node
    if isinstance(value, str):
        value = value.encode("latin-1", "replace")
    return value if isinstance(value, bytes) and len(value) == 8 else None


def _text(node):
    value = node.value if type(node) is Str else node
    return value.decode("latin-1") if isinstance(value, bytes) else value
