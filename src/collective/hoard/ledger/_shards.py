"""One sorted mapping, kept in many trees so that writers seldom meet.

A key lives in the tree that its lowest bits name. Reading merges the trees
again, lazily, and gives back the memory of what it passed.
"""

from .keys import clamp
from .keys import LARGEST
from .keys import SMALLEST
from bisect import bisect_right
from heapq import merge
from itertools import islice


def shard(trees, key):
    """The tree that holds *key*; the number of trees must be a power of two."""
    return trees[key & (len(trees) - 1)]


def find(trees, key):
    """The value of *key*, any integer, or None."""
    return shard(trees, key).get(key) if clamp(key) == key else None


def oldest(trees):
    """The smallest key, or None."""
    return min((tree.minKey() for tree in trees if tree), default=None)


def newest(trees):
    """The largest key, or None."""
    return max((tree.maxKey() for tree in trees if tree), default=None)


def merged(trees, low=SMALLEST, high=LARGEST, newest_first=False):
    """Yield the keys from *low* to *high*, both included, in order.

    The trees may change meanwhile: whatever stays in them is yielded.
    """
    low, high = max(low, SMALLEST), min(high, LARGEST)
    walk = _backward if newest_first else _forward
    return merge(*(walk(tree, low, high) for tree in trees), reverse=newest_first)


def remove_oldest(trees, high, limit):
    """Remove at most *limit* of the smallest keys up to *high*, included.

    :return: how many were removed.
    """
    keys = list(islice(merged(trees, high=high), max(limit, 0)))
    for key in keys:
        del shard(trees, key)[key]
    return len(keys)


def _forward(tree, low, high):
    path = _Path(tree)
    while low is not None and low <= high:
        leaf, _, stop = path.down_to(low)
        yield from list(leaf.keys(low, high))
        low = stop


def _backward(tree, low, high):
    path = _Path(tree)
    while low <= high:
        leaf, start, _ = path.down_to(high)
        yield from reversed(list(leaf.keys(low, high)))
        high = SMALLEST - 1 if start is None else start - 1


class _Path:
    """The nodes from the root of a tree to one leaf.

    Moving on turns the nodes that are left behind into ghosts, if they were
    ghosts before: a million rows hang on 33,000 leaves, and a connection would
    keep them all. BTrees offer no such iterator, and none that goes backward.
    """

    def __init__(self, tree):
        self._tree = tree
        self._woken = []

    def down_to(self, key):
        """The leaf for *key*, the first key it may hold (None: any) and the
        first that belongs to the next leaf (None: there is none)."""
        start = stop = None
        path = [node := self._visit(self._tree)]
        while children := _children(node):
            nodes, borders = children
            at = bisect_right(borders, key)
            start = borders[at - 1] if at else start
            stop = borders[at] if at < len(borders) else stop
            path.append(node := self._visit(nodes[at]))
        self._leave_all_but(path)
        return node, start, stop

    def _visit(self, node):
        if node._p_changed is None:
            self._woken.append(node)
        return node

    def _leave_all_but(self, path):
        for node in self._woken:
            if not any(node is kept for kept in path):
                node._p_deactivate()  # Does nothing to a changed object.
        self._woken = [node for node in self._woken if node._p_changed is not None]


def _children(node):
    """``(child nodes, borders between them)``; None for a leaf, and for a tree
    that is small enough to be its own leaf."""
    if not hasattr(node, "_firstbucket"):
        return None
    state = node.__getstate__()
    if state is None or len(state) == 1:
        return None
    return state[0][::2], state[0][1::2]
