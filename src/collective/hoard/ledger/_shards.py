"""One sorted mapping, kept in many trees: writers seldom meet, readers load little.

The lowest bits of a key choose a *shard*, a list of ``(first key, tree)`` pairs in
the order of the keys. A tree that has grown gets no more of the newest keys, a new
one follows it: a page of the newest rows loads small trees, whether there are a
thousand rows or a million, and a new row rewrites small nodes.
"""

from .keys import LARGEST
from .keys import SMALLEST
from bisect import bisect_right
from BTrees.OOBTree import OOBTree
from heapq import merge
from operator import itemgetter
from persistent.list import PersistentList


#: A tree with so many leaves, some 1,000 keys in all, has grown.
LEAVES = 64


def new_shard():
    return PersistentList([(SMALLEST, _new_tree())])


def _new_tree():
    # Not a tree of integers: its leaves are twice as long, and a whole leaf is
    # written with each row.
    return OOBTree()


def shard_of(shards, key):
    """The shard that holds *key*; their number must be a power of two."""
    return shards[key & (len(shards) - 1)]


def find(shards, key):
    """The value of *key*, any integer, or None."""
    shard = shard_of(shards, key)
    return shard[_position(shard, key)][1].get(key)


def put(shards, key, value):
    """Add *value* under a key that is not there yet.

    Where a key belongs depends on the list of trees. Should one writer extend the
    list while another adds to the last tree, a row could end up where nobody looks
    for it. So each demands that the other has not been there: one of the two
    commits is a conflict, and tried again.
    """
    shard = shard_of(shards, key)
    demand_current(shard)
    position = _position(shard, key)
    tree = shard[position][1]
    if _has_grown(tree) and key > tree.maxKey():
        demand_current(_Path().down_to(tree, LARGEST)[0])
        tree = _new_tree()
        shard.insert(position + 1, (key, tree))
    tree[key] = value


def demand_current(node):
    """Make it a conflict if somebody else commits a change of *node* before us."""
    if node._p_jar is not None:
        node._p_activate()  # A ghost has no serial yet, and would not be checked.
        node._p_jar.readCurrent(node)


def discard(shards, key):
    """Remove *key*, any integer; returns whether it was there."""
    shard = shard_of(shards, key)
    position = _position(shard, key)
    tree = shard[position][1]
    if key not in tree:
        return False
    del tree[key]
    if not tree and len(shard) > 1:
        del shard[position]
    return True


def _position(shard, key):
    # The first tree also takes what is older than its first key.
    return max(bisect_right(shard, key, key=itemgetter(0)) - 1, 0)


def _has_grown(tree):
    nodes, _ = _children(tree) or ((), ())
    return len(nodes) >= LEAVES


def newest_in(shard):
    """The largest key of a shard, or None."""
    tree = shard[-1][1]
    return tree.maxKey() if tree else None


def merged(shards, low=SMALLEST, high=LARGEST, newest_first=False, announce=None):
    """Yield the keys from *low* to *high*, both included, in order.

    The shards may change meanwhile: whatever stays in them is yielded. *announce*
    is called with the values that come soon, some 20 at a time.
    """
    walk = _backward if newest_first else _forward
    streams = (
        _stream(walk(shard, low, high), low, high, newest_first, announce)
        for shard in shards
    )
    return merge(*streams, reverse=newest_first)


def has_any(shards, low=SMALLEST, high=LARGEST):
    """Whether there is a key from *low* to *high*; asks as few shards as it can."""
    return any(
        leaf.keys(low, high) for shard in shards for leaf in _forward(shard, low, high)
    )


def _stream(leaves, low, high, newest_first, announce):
    for leaf in leaves:
        if announce is not None:
            announce(list(leaf.values(low, high)))
        keys = list(leaf.keys(low, high))
        yield from reversed(keys) if newest_first else keys


def _forward(shard, low, high):
    """Yield the leaves that may hold keys from *low* to *high*."""
    path = _Path()
    for _, tree in shard[_position(shard, low) :]:
        start = low
        while start is not None and start <= high:
            leaf, _, start = path.down_to(tree, start)
            yield leaf


def _backward(shard, low, high):
    """See `_forward`."""
    path = _Path()
    for _, tree in reversed(shard[: _position(shard, high) + 1]):
        end = high
        while end is not None and end >= low:
            leaf, start_of_leaf, _ = path.down_to(tree, end)
            yield leaf
            end = None if start_of_leaf is None else start_of_leaf - 1


class _Path:
    """The nodes from the root of a tree to one leaf.

    Moving on turns the nodes that are left behind into ghosts, if they were
    ghosts before: a million rows hang on 66,000 leaves, and a connection would
    keep them all. BTrees offer no such iterator, and none that goes backward.
    """

    def __init__(self):
        self._woken = []

    def down_to(self, tree, key):
        """The leaf of *tree* for *key*, the first key that it may hold and the
        first that belongs to the next leaf, each None when there is no limit."""
        start = stop = None
        path = [node := self._visit(tree)]
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
