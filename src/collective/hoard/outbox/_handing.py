"""From where messages arrive to their targets, in one transaction: a message is at
one of both places, never at none.
"""

from ._messages import new_message
from ._parked import park_unmade
from ._places import free_key
from ._places import oldest
from ._places import shard_of
from ._state import words
from ._storage import find_arrivals
from ._storage import find_outbox
from ._storage import is_empty
from ._storage import MESSAGES
from ._storage import need_target_in
from ._storage import SEPARATOR
from .interfaces import IMessageMaker
from time import monotonic
from transaction.interfaces import TransientError
from zope.component import queryUtility
import json
import logging


logger = logging.getLogger(__name__)

#: At most so many are handed out in one transaction, and none is begun after so many
#: seconds: who submits at the same time must not wait long to commit.
TOGETHER = 500
ENOUGH = 0.25


def hand_out_all(session):
    """Hand out all that has arrived, in transactions of *session*."""
    with session.as_site():
        while session.write(hand_out):
            pass


def hand_out(root, limit=TOGETHER):
    """Give the oldest messages that arrived to their targets; part of the current
    transaction. Two that do so at once are a conflict for one of them.

    :return: how many; 0 when nothing is left.
    """
    outbox = find_outbox(root)
    arrivals = None if outbox is None else find_arrivals(outbox)
    if arrivals is None or is_empty(arrivals):
        return 0
    ends, count = monotonic() + ENOUGH, 0
    for key in oldest(arrivals, limit):
        if count and monotonic() > ends:
            break
        count += 1
        message, names = shard_of(arrivals, key).pop(key)
        for name in names.split(SEPARATOR):
            _give(root, need_target_in(outbox, name, MESSAGES), name, key, message)
    return count


def _give(root, target, name, key, message):
    try:
        made = _made(root, name, message)
    except TransientError:
        raise
    except Exception as error:  # A fault with this one; the others go on.
        logger.exception("outbox: no message for %s was made", name)
        text = f"{type(error).__name__}: {words(error)}"
        park_unmade(target, message, text)
        return
    for one in made:
        # With the key goes the order; another may have taken it.
        shard = shard_of(target, key)
        shard[free_key(shard, key)] = one


def _made(root, name, message):
    """The stored messages of target *name*: *message* itself, or what is made of it."""
    maker = queryUtility(IMessageMaker, name.partition(":")[0])
    if maker is None:
        return [message]
    found = maker.make(
        root, json.loads(message["body"]), json.loads(message["options"])
    )
    if found is None:
        return [message]
    return [new_message(body, created=message["created"]) for body in found]
