"""Messages: ``key by time -> PersistentMapping``, in shards; never changed."""

from ._arrivals import arrive
from ._places import oldest
from ._places import shard_of
from ._storage import MESSAGES
from ._storage import need_outbox
from ._storage import need_target_in
from ._time import moment
from ._time import now_ms
from ._wake import wake_after_commit
from .interfaces import Message
from .interfaces import NotPlain
from persistent.mapping import PersistentMapping
from uuid import uuid4
import json


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

    They are one stored object with one id, and one entry of one tree, until a drainer
    hands them out.

    :return: the id; None when there are no targets.
    :raises NotPlain, NewerLayout, ValueError: nothing is stored.
    """
    if not targets:
        return None
    message = new_message(body, options)
    outbox, names = need_outbox(root), tuple(dict.fromkeys(targets))
    for name in names:
        need_target_in(outbox, name, MESSAGES)
    arrive(outbox, message, names)
    wake_after_commit(root)
    return message["id"]


def new_message(body, options=None, created=None):
    """A message as it is stored, with an id of its own.

    :raises NotPlain:
    """
    return PersistentMapping(
        id=str(uuid4()),
        created=created or now_ms(),
        body=as_text(body),
        options=as_text(options) if options else "{}",
    )


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
CONTAINERS = (dict, list, tuple)
TEXT = frozenset({str})
#: Types of what has nothing inside.
PLAIN = frozenset({str, int, float, bool, type(None)})


def as_text(data):
    """*data* as JSON.

    :raises NotPlain: it would come back as something else.
    """
    try:
        text = _encode(data)
        # Lone surrogates would only fail where the message is to be sent.
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise NotPlain(f"a message must be JSON-like: {error}") from error
    if not _has_text_keys(data):
        raise NotPlain("a message must be JSON-like: keys of dicts must be texts")
    return text


def _has_text_keys(data):
    """JSON would turn other keys into texts."""
    waiting = [data] if isinstance(data, CONTAINERS) else []
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, dict):
            if not TEXT.issuperset(map(type, inside)) and not _are_texts(inside):
                return False
            inside = inside.values()
        # By type, all at once: this is done with each submission.
        if not PLAIN.issuperset(map(type, inside)):
            waiting += [one for one in inside if isinstance(one, CONTAINERS)]
    return True


def _are_texts(keys):
    return all(isinstance(key, str) for key in keys)


def read_messages(target, limit):
    """``[(key, stored message)]``, at most *limit*, the oldest first."""
    return [(key, shard_of(target, key)[key]) for key in oldest(target, limit)]


def as_message(name, stored, attempts=0):
    """The `Message` of a stored one, for target *name*."""
    data = stored.data  # The mapping itself is written in Python, and slow.
    options = data["options"]
    return Message(
        id=data["id"],
        target=name,
        created=moment(data["created"]),
        body=json.loads(data["body"]),
        options=json.loads(options) if options != "{}" else {},
        attempts=attempts,
    )


def has(target, key):
    """Whether a message is pending under that key."""
    return key in shard_of(target, key)


def take(target, key):
    """Remove and return the stored message; None if it is gone."""
    target["failed"].pop(key, None)
    return shard_of(target, key).pop(key, None)
