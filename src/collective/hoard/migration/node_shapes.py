"""What a node of a pickle looks like."""

from .calls import is_packed_date
from .calls import OLD_SETS
from .calls import PACKED
from .calls import SETS
from .nodes import Global
from .nodes import Made
from .nodes import Mapping
from .nodes import Sequence


def is_packed(name, string):
    return name in PACKED or string.native and is_packed_date(string.value)


def is_slots_state(state):
    return (
        type(state) is Sequence
        and not state.mutable
        and len(state.items) == 2
        and all(item is None or type(item) is Mapping for item in state.items)
        and any(type(item) is Mapping for item in state.items)
    )


def flat_pairs(node):
    """Keys and values by turns of a list of pairs, or None."""
    pairs = node.items
    if all(type(pair) is Sequence and len(pair.items) == 2 for pair in pairs):
        return [item for pair in pairs for item in pair.items]
    return None


def has_no_order(node):
    if type(node) is Mapping:
        return True
    return (
        type(node) is Made
        and type(node.callee) is Global
        and (node.callee.dotted in SETS or node.callee.dotted in OLD_SETS)
    )
