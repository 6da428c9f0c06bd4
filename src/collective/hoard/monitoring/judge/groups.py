"""Groups within groups: a check is in all groups around its own."""

from .dependencies import without_circles
from collections import defaultdict


def around(nesting, names=None):
    """``{group: frozenset of itself and all groups around it}``

    *nesting* are pairs ``(outer group, inner group)``.

    :raises Circular: A group would be within itself.
    """
    outer = defaultdict(set)
    for group, inner in nesting:
        outer[inner].add(group)
    result = {}
    for group in without_circles(outer, names, "Groups"):
        wider = [result[g] for g in outer.get(group, ())]
        result[group] = frozenset({group}).union(*wider)
    return result
