"""Which documents have a word or value: sets of keys, small ones as tuples.

Most words are in few documents. A tree for each would be an object of the
database each; a tuple lives in the leaf of the word. The tree of a word also has
where in each document it stands, see `_places`; an index of layout 1 does not.
"""

from ._places import UNKNOWN
from BTrees.LLBTree import intersection
from BTrees.LLBTree import LLBTree
from BTrees.LLBTree import LLSet
from BTrees.LLBTree import LLTreeSet
from BTrees.LLBTree import multiunion
from itertools import chain


#: A posting with more keys is a tree.
SMALL = 24
#: Below, looking up each key reads less than going through a tree does.
FEW = 500
TREES = (LLTreeSet, LLBTree)


def change(tree, text, add, remove):
    """Put keys *add* into the posting of *text*, take out *remove*.

    :param add: of a word: a dict of key to places; of a value: a list.
    """
    posting = tree.get(text, ())
    if isinstance(posting, TREES):
        _change_tree(tree, text, posting, add, remove)
        return
    left = sorted(set(posting).difference(remove).union(add))
    if len(left) > SMALL:
        tree[text] = _grown(left, add)
    elif left:
        tree[text] = tuple(left)
    elif text in tree:
        del tree[text]


def _grown(keys, add):
    if isinstance(add, dict):
        return LLBTree({key: add.get(key, UNKNOWN) for key in keys})
    return LLTreeSet(keys)


def _change_tree(tree, text, posting, add, remove):
    for key in remove:
        if key in posting:
            posting.pop(key) if isinstance(posting, LLBTree) else posting.remove(key)
    posting.update(add)
    if not posting:
        del tree[text]


def merged(postings):
    """All keys of several postings, an `LLSet` or, of one, its tree."""
    found = list(postings)
    trees = [posting for posting in found if isinstance(posting, TREES)]
    small = [posting for posting in found if not isinstance(posting, TREES)]
    if len(trees) == 1 and not small:
        return trees[0]
    keys = LLSet(set(chain.from_iterable(small)))
    return multiunion([*trees, keys]) if trees else keys


def common(sets):
    """The keys in all of *sets* (not empty), an `LLSet`."""
    found, *rest = sorted(sets, key=_rough_size)
    for one in rest:
        found = _common(found, one)
    return found if isinstance(found, LLSet) else LLSet(found)


def _common(small, other):
    if isinstance(small, LLSet) and isinstance(other, TREES) and len(small) < FEW:
        return LLSet([key for key in small if key in other])
    return intersection(small, other)


def _rough_size(keys):
    # The length of a tree would read all its leaves.
    return len(keys) if isinstance(keys, LLSet) else 1 << 62


def count_common(keys, posting) -> int:
    """How many of the `LLSet` *keys* are in *posting*."""
    if isinstance(posting, TREES):
        return len(_common(keys, posting))
    return sum(key in keys for key in posting)
