"""Where messages arrive: once for all their targets, until they are handed out.

So a submission writes one entry, however many targets it is for; `_handing` gives
each target its own.
"""

from ._places import add
from ._places import created_ms
from ._storage import find_arrivals
from ._storage import find_outbox
from ._storage import KEEP_MESSAGE
from ._storage import need_arrivals
from ._storage import SEPARATOR
from ._time import now_ms


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


def drop(outbox, name, limit):
    """Forget target *name* at no more than *limit* of what arrived.

    :return: how many.
    """
    arrivals, dropped = find_arrivals(outbox), 0
    for shard in () if arrivals is None else arrivals["shards"]:
        for key, (message, names) in list(shard.items(KEEP_MESSAGE, excludemin=True)):
            left = names.split(SEPARATOR)
            if name in left and dropped < limit:
                left.remove(name)
                dropped += 1
                _put_back(shard, key, message, left)
    return dropped


def _put_back(shard, key, message, names):
    if names:
        shard[key] = (message, SEPARATOR.join(names))
    else:
        del shard[key]
