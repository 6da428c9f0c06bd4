"""Which shard a writer adds to, and the key that it uses there."""

from ._shards import find
from ._shards import newest_in
from .keys import make_key
from .keys import RANDOM_BITS
from secrets import randbelow


def own_place(storage) -> int:
    """The shard that this ZODB connection adds to: where its last row went, or
    another one if that row is not there because somebody else was.

    Leaves merge, but not when one of two writers splits the leaf. Writers that
    move on after they met soon have a shard each.
    """
    shards = storage["rows"]
    last, newest_then = getattr(storage, "_v_last_add", (None, None))
    if last is None:
        return randbelow(len(shards))
    place = last % len(shards)
    lost = find(shards, last) is None
    met = lost and newest_in(shards[place]) != newest_then
    return randbelow(len(shards)) if met else place


def free_key(storage, place, milliseconds) -> int:
    """A key of that shard that nobody has; remembered as the last one."""
    shards = storage["rows"]
    key = _key_after_last(storage, len(shards), place, milliseconds)
    while find(shards, key) is not None:
        key += len(shards)
    # Volatile: belongs to this connection, is never stored, changes nothing.
    storage._v_last_add = key, newest_in(shards[place])
    return key


def _key_after_last(storage, places, place, milliseconds):
    """Keep the order of what this connection adds in the same millisecond."""
    last, _ = getattr(storage, "_v_last_add", (0, None))
    if last % places == place and 0 <= (last >> RANDOM_BITS) - milliseconds <= 1:
        return last + places
    return make_key(milliseconds) // places * places + place
