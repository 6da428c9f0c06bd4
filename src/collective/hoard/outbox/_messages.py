"""Messages: ``key by time -> PersistentMapping``, in shards; never changed."""

from ._storage import KEEP_MESSAGE
from ._storage import MESSAGES
from ._storage import need_outbox
from ._storage import need_target_in
from ._storage import SHARDS as ALL_SHARDS
from ._time import moment
from ._time import now_ms
from ._wake import wake_after_commit
from .interfaces import Message
from .interfaces import NotPlain
from heapq import merge
from itertools import islice
from persistent.mapping import PersistentMapping
from secrets import randbelow
from secrets import randbits
from threading import local
from uuid import uuid4
import json


RANDOM_BITS = 20
SHARDS = ALL_SHARDS[MESSAGES]
#: A writer that looks for a place takes the one of so many that was used last the
#: longest time ago.
CHOICE = 8


def send(root, target, body, options=None):
    """Put a message for *target* into the outbox; part of the current transaction.

    :param body: JSON-like: dicts with text as keys, lists, texts, numbers,
        booleans, None.
    :param options: a dict, JSON-like too; the target knows what they mean.
    :return: the id of the message, a UUID as text.
    :raises NotPlain, NewerLayout, ValueError: nothing is stored.
    """
    return send_to_all(root, [target], body, options)


def send_to_all(root, targets, body, options=None):
    """Put one message for each of *targets*, names, into the outbox, as `send` does.

    They are one stored object with one id: each target removes its own reference.

    :return: the id; None when there are no targets.
    :raises NotPlain, NewerLayout, ValueError: nothing is stored.
    """
    if not targets:
        return None
    texts = {"body": as_text(body), "options": as_text(options) if options else "{}"}
    outbox = need_outbox(root)
    places = [need_target_in(outbox, name, MESSAGES) for name in targets]
    message = PersistentMapping(id=str(uuid4()), created=now_ms(), **texts)
    for place in places:
        put(place, message)
    wake_after_commit(root)
    return message["id"]


def as_text(data):
    """*data* as JSON.

    :raises NotPlain: it would come back as something else.
    """
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        # Lone surrogates would only fail where the message is to be sent.
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise NotPlain(f"a message must be JSON-like: {error}") from error
    if not _has_text_keys(data):
        raise NotPlain("a message must be JSON-like: keys of dicts must be texts")
    return text


def _has_text_keys(data):
    """JSON would turn other keys into texts."""
    inside = data
    if isinstance(data, dict):
        if not all(isinstance(key, str) for key in data):
            return False
        inside = data.values()
    elif not isinstance(data, list | tuple):
        return True
    return all(
        _has_text_keys(one) for one in inside if isinstance(one, (dict, list, tuple))
    )


class _Mine(local):
    """The key that this thread used last, and the newest that was there before, by
    the oid of the target. Only a hint: targets of several databases may share it.
    """

    def __init__(self):
        self.last = {}


_mine = _Mine()


def _last_of(target):
    return _mine.last.get(target._p_oid, (0, 0))


def put(target, message):
    """Add a stored message under a key that nobody has."""
    shards = target["shards"]
    place = _own_place(target)
    key = now_ms() << RANDOM_BITS | randbits(RANDOM_BITS) & -SHARDS | place
    _, last = _last_of(target)
    if key <= last and last % SHARDS == place:
        key = last + SHARDS  # In the order of sending, also within a millisecond.
    while key in shards[place]:
        key += SHARDS
    _mine.last[target._p_oid] = shards[place].maxKey(), key
    shards[place][key] = message


def _own_place(target):
    """The shard that this thread adds to, until it meets another there.

    Leaves merge, but not when one of two writers splits the leaf.
    """
    (before, last), shards = _last_of(target), target["shards"]
    if last and _is_alone(shards[last % SHARDS], before, last):
        return last % SHARDS
    places = [randbelow(SHARDS) for _ in range(CHOICE)]
    return min(places, key=lambda place: shards[place].maxKey())


def _is_alone(shard, before, last):
    """Whether nobody added to *shard* since we did. Two that commit in turn never
    see the other's newest key, but the one before."""
    return shard.maxKey() <= last and shard.maxKey(last - 1) <= before


def read_messages(target, limit):
    """``[(key, stored message)]``, at most *limit*, the oldest first."""
    shards = target["shards"]
    keys = merge(*(shard.keys(KEEP_MESSAGE, excludemin=True) for shard in shards))
    return [(key, shards[key % SHARDS][key]) for key in islice(keys, limit)]


def as_message(name, stored, attempts=0):
    """The `Message` of a stored one, for target *name*."""
    return Message(
        id=stored["id"],
        target=name,
        created=moment(stored["created"]),
        body=json.loads(stored["body"]),
        options=json.loads(stored["options"]),
        attempts=attempts,
    )


def has(target, key):
    """Whether a message is pending under that key."""
    return key in target["shards"][key % SHARDS]


def take(target, key):
    """Remove and return the stored message; None if it is gone."""
    target["failed"].pop(key, None)
    return target["shards"][key % SHARDS].pop(key, None)
