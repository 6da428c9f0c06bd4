"""What depends on what: problems of children are told with the parent's."""

from .interfaces import Circular
from collections import defaultdict
from graphlib import CycleError
from graphlib import TopologicalSorter


def without_circles(graph, names=None, what="Dependencies"):
    """The nodes of ``{node: what it needs}``, needed ones first.

    :raises Circular: There is none; the text names the circle.
    """
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = [str(names.get(n, n) if names else n) for n in error.args[1]]
        raise Circular(f"{what} go in a circle: {' -> '.join(circle)}.") from error


class Dependencies:
    """Parents of checks.

    *edges* are ``(child, parent, redundancy)``: each parent without redundancy
    is needed; of those with the same one, any suffices.

    :raises Circular: See `without_circles`.
    """

    def __init__(self, edges=(), names=None):
        self._needs = defaultdict(lambda: defaultdict(set))
        self._children = defaultdict(set)
        for child, parent, redundancy in edges:
            self._needs[child][redundancy or ("only", parent)].add(parent)
            self._children[parent].add(child)
        graph = {c: set().union(*n.values()) for c, n in self._needs.items()}
        without_circles(graph, names)

    def has_parents(self, check_id):
        return check_id in self._needs

    def parents(self, check_id):
        return set().union(*self._needs.get(check_id, {}).values())

    def lost(self, check_id, status_of):
        """The parent, highest up, because of which a check cannot be reached.

        None when all it needs is there.  `status_of(id)` is a status.
        """
        for parents in self._needs.get(check_id, {}).values():
            if all(status_of(parent) == "crit" for parent in parents):
                parent = min(parents)
                return self.lost(parent, status_of) or parent
        return None

    def below(self, check_id):
        """All checks that need this one, however far down."""
        found, waiting = set(), [check_id]
        while waiting:
            fresh = self._children.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return found
