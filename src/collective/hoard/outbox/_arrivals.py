"""Where messages arrive: once for all their targets, until they are handed out.

So a submission writes one entry, however many targets it is for. Whoever drains
gives each target its reference, in a transaction that also removes the entry: a
message is at one of both places, never at none.
"""

from ._places import add
from ._places import created_ms
from ._places import free_key
from ._places import oldest
from ._places import shard_of
from ._storage import find_arrivals
from ._storage import find_outbox
from ._storage import is_empty
from ._storage import KEEP_MESSAGE
from ._storage import MESSAGES
from ._storage import need_arrivals
from ._storage import need_target_in
from ._storage import SEPARATOR
from ._time import now_ms


#: How many are handed out in one transaction.
TOGETHER = 500
#: Milliseconds after which a message is handed out by whoever finds it, and not
#: only by the drainer of one of its targets.
PATIENCE = 5000


def arrive(outbox, message, names):
    """Put a stored message in, for the targets *names*, of which there is one."""
    # One text costs a write less than many.
    add(need_arrivals(outbox), (message, SEPARATOR.join(names)))


def arrived(outbox):
    """``{target: (count, milliseconds of the oldest)}``. Never writes, and loads no
    message."""
    arrivals, found = find_arrivals(outbox), {}
    for shard in () if arrivals is None else arrivals["shards"]:
        for key, (_message, names) in shard.items(KEEP_MESSAGE, excludemin=True):
            for name in names.split(SEPARATOR):
                count, since = found.get(name, (0, created_ms(key)))
                found[name] = count + 1, min(since, created_ms(key))
    return found


def is_due(root, names):
    """Whether a drainer of the targets *names* should hand out what arrived."""
    outbox = find_outbox(root)
    found = arrived(outbox) if outbox is not None and outbox["active"] else {}
    late = now_ms() - PATIENCE
    return any(name in names or since < late for name, (_, since) in found.items())


def hand_out(root, limit=TOGETHER):
    """Give each target of the oldest messages its reference; part of the current
    transaction. Two that do so at once are a conflict for one of them.

    :return: how many messages; fewer than *limit* when nothing is left.
    """
    outbox = find_outbox(root)
    arrivals = None if outbox is None else find_arrivals(outbox)
    if arrivals is None or is_empty(arrivals):
        return 0
    keys = oldest(arrivals, limit)
    for key in keys:
        message, names = shard_of(arrivals, key).pop(key)
        for name in names.split(SEPARATOR):
            # With the key goes the order; those who retry may have taken it.
            shard = shard_of(need_target_in(outbox, name, MESSAGES), key)
            shard[free_key(shard, key)] = message
    return len(keys)


def hand_out_all(session):
    """Hand out all there is, in transactions of *session*."""
    while session.write(hand_out) == TOGETHER:
        pass
