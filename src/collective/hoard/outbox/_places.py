"""Keys by time, in shards, chosen so that writers keep out of each other's way."""

from ._storage import KEEP_MESSAGE
from ._storage import MOST_SHARDS
from ._time import now_ms
from heapq import merge
from itertools import islice
from secrets import randbelow
from secrets import randbits
from threading import local


RANDOM_BITS = 20
#: A writer that looks for a place takes the one of so many that was used last the
#: longest time ago.
CHOICE = 8
#: A shard with so many has little room left: a leaf with 60 entries is split.
LONG = 40


class _Mine(local):
    """The key that this thread used last, and the newest that was there before, by
    the oid of the queue. Only a hint: queues of several databases may share it.
    """

    def __init__(self):
        self.last = {}


_mine = _Mine()


def _last_of(queue):
    return _mine.last.get(queue._p_oid, (0, 0))


def add(queue, value):
    """Add *value* to a queue, a mapping with ``shards``, under a key nobody has."""
    shards = queue["shards"]
    place = _own_place(queue)
    count = len(shards)
    key = now_ms() << RANDOM_BITS | randbits(RANDOM_BITS) & -count | place
    _, last = _last_of(queue)
    if key <= last:  # In the order of sending, also within a millisecond.
        key = (last // count + 1) * count + place
    key = free_key(shards[place], key)
    _mine.last[queue._p_oid] = shards[place].maxKey(), key
    shards[place][key] = value


def free_key(shard, key):
    """*key*, or the next that is free in the same shard, of any queue."""
    while key in shard:
        key += MOST_SHARDS
    return key


def _own_place(queue):
    """The shard that this thread adds to, until it meets another there, or has filled
    it while others have room.

    Leaves merge, but not when one of two writers splits the leaf, nor when somebody
    empties the one that another adds to.
    """
    (before, last), shards = _last_of(queue), queue["shards"]
    own = last % len(shards)
    is_mine = last and _is_alone(shards[own], before, last)
    if is_mine and not _is_long(shards[own]):
        return own
    places = [randbelow(len(shards)) for _ in range(CHOICE)]
    free = [place for place in places if not _is_long(shards[place])]
    if is_mine and not free:
        return own
    return min(free or places, key=lambda place: shards[place].maxKey())


def _is_long(shard):
    # len() would read all of it.
    return any(True for _ in islice(shard.keys(), LONG, None))


def _is_alone(shard, before, last):
    """Whether nobody added to *shard* since we did. Two that commit in turn never
    see the other's newest key, but the one before."""
    return shard.maxKey() <= last and shard.maxKey(last - 1) <= before


def shard_of(queue, key):
    """The tree in which *key* is, if it is there."""
    shards = queue["shards"]
    return shards[key % len(shards)]


def oldest(queue, limit):
    """At most *limit* keys of a queue, the oldest first."""
    keys = (shard.keys(KEEP_MESSAGE, excludemin=True) for shard in queue["shards"])
    return list(islice(merge(*keys), limit))


def created_ms(key):
    """When *key* was made, in milliseconds since 1970."""
    return key >> RANDOM_BITS
