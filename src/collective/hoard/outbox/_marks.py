"""Marks: ``(uid, row key) -> (token, first marked)``, in shards."""

from ._storage import KEEP_MARK
from ._storage import MARKS
from ._storage import need_target
from ._time import moment
from ._time import now_ms
from ._wake import wake_after_commit
from .interfaces import Mark
from itertools import islice
from secrets import randbits
from zlib import crc32


def mark(root, target, uid, key):
    """Remember that row *key* of ledger *uid* must be brought up to date at
    *target*, whether it was added, changed or removed.

    Part of the current transaction.

    :param key: an integer of 63 bits; whatever names a row.
    :raises NewerLayout, ValueError, TypeError: nothing is stored.
    """
    if type(uid) is not str or type(key) is not int or not uid:
        raise TypeError(f"a text and an integer are needed, not {uid!r}, {key!r}")
    add_mark(need_target(root, target, MARKS), uid, key)
    wake_after_commit(root)


def add_mark(target, uid, key):
    shard = shard_of(target, uid, key)
    known = shard.get((uid, key))
    # When it is marked again it waits as long as before.
    shard[(uid, key)] = (fresh_token(), known[1] if known else now_ms())


def fresh_token():
    return randbits(62)


def shard_of(target, uid, key):
    # Rows of one ledger stay apart as they do there, by the lowest bits.
    shards = target["shards"]
    return shards[(crc32(uid.encode()) ^ key) % len(shards)]


def read_marks(target, limit):
    """At most *limit* of the pending marks, as a list of `Mark`."""
    return list(islice(iter_marks(target), limit))


def iter_marks(target):
    """Yield every pending `Mark`, shard after shard."""
    for shard in target["shards"]:
        for (uid, key), (token, since) in shard.items(KEEP_MARK, excludemin=True):
            yield Mark(uid, key, moment(since), token)


def settle(target, marks):
    """Remove those *marks* that nobody touched since they were read.

    :return: those that are removed; the others are marked anew.
    """
    return [mark for mark in marks if _settle(target, mark)]


def _settle(target, mark):
    shard = shard_of(target, mark.uid, mark.key)
    known = shard.get((mark.uid, mark.key))
    if known is not None and known[0] == mark.token:
        del shard[(mark.uid, mark.key)]
        return True
    # Changed, or removed by another drainer: what we sent may be older than
    # what is there by now. A fresh token makes one of us look again.
    add_mark(target, mark.uid, mark.key)
    return False
