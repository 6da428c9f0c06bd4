"""What is set aside: parked with its error, retried or discarded by people."""

from ._arrivals import arrive
from ._arrivals import drop
from ._marks import add_mark
from ._marks import read_marks
from ._marks import shard_of
from ._messages import read_messages
from ._messages import take
from ._places import add
from ._state import noted
from ._storage import find_outbox
from ._storage import find_target
from ._storage import MARKS
from ._time import moment
from ._time import now_ms
from ._wake import wake_after_commit
from .interfaces import Parked
from .interfaces import UnknownEntry
from itertools import islice
from persistent.mapping import PersistentMapping
import json


def park_mark(target, mark, error):
    """Set *mark*, which was settled, aside."""
    since = int(mark.since.timestamp() * 1000)
    target["parked"][mark.id] = PersistentMapping(
        uid=mark.uid, key=mark.key, error=error, since=now_ms(), created=since
    )


def park_message(target, key, error):
    """Set the pending message *key* aside; nothing if it is gone."""
    message = take(target, key)
    if message is not None:
        target["parked"][message["id"]] = PersistentMapping(
            message=message, error=error, since=now_ms(), created=message["created"]
        )


def park_unmade(target, message, error):
    """Set a message aside of which a maker could make none."""
    target["parked"][message["id"]] = PersistentMapping(
        message=message,
        error=error,
        since=now_ms(),
        created=message["created"],
        unmade=True,
    )
    noted(target, error)


def forget_parked(target, marks):
    """*marks* went through after all."""
    if target["parked"]:
        for mark in marks:
            target["parked"].pop(mark.id, None)


def parked(root, target, start=None, limit=50):
    """At most *limit* `Parked` of *target*, ordered by id, those after *start*.

    :raises UnknownEntry: there is no such target.
    """
    entries = _stored(root, target)["parked"].items(start, excludemin=start is not None)
    return [_as_parked(id, entry) for id, entry in islice(entries, limit)]


def _as_parked(id, entry):
    message = entry.get("message")
    return Parked(
        id=id,
        error=entry["error"],
        since=moment(entry["since"]),
        created=moment(entry["created"]),
        body=None if message is None else json.loads(message["body"]),
    )


def retry(root, target, id=None):
    """Let what is parked be tried again: *id*, or all; part of the transaction.

    Messages keep their ids.

    :return: how many.
    :raises UnknownEntry:
    """
    stored = _stored(root, target)
    entries = _entries(stored, id)
    for one in entries:
        entry = stored["parked"].pop(one)
        if stored["kind"] == MARKS:
            add_mark(stored, entry["uid"], entry["key"])
        elif entry.get("unmade"):
            arrive(find_outbox(root), entry["message"], (target,))
        else:
            add(stored, entry["message"])
    wake_after_commit(root)
    return len(entries)


def discard(root, target, id=None):
    """Remove what is parked for good: *id*, or all; part of the transaction.

    :return: how many.
    :raises UnknownEntry:
    """
    stored = _stored(root, target)
    entries = _entries(stored, id)
    for one in entries:
        del stored["parked"][one]
    return len(entries)


def discard_pending(root, target, limit=5000):
    """Remove at most *limit* of what waits for *target*, unsent; callers commit
    between calls. For a copy of a site that must not send what the original does.

    :return: how many; 0 when done.
    :raises UnknownEntry:
    """
    stored = _stored(root, target)
    if stored["kind"] == MARKS:
        marks = read_marks(stored, limit)
        for mark in marks:
            del shard_of(stored, mark.uid, mark.key)[(mark.uid, mark.key)]
        return len(marks)
    dropped = drop(find_outbox(root), target, limit)
    keys = [key for key, _ in read_messages(stored, limit - dropped)]
    for key in keys:
        take(stored, key)
    return dropped + len(keys)


def try_now(root, target):
    """End the pause after a failure; part of the transaction.

    :raises UnknownEntry:
    """
    _stored(root, target)["state"].pop("retry_at", None)
    wake_after_commit(root)


def _stored(root, target):
    stored = find_target(root, target)
    if stored is None:
        raise UnknownEntry(f"there is no target {target!r}")
    return stored


def _entries(stored, id):
    if id is None:
        return list(stored["parked"])
    if id not in stored["parked"]:
        raise UnknownEntry(f"nothing with the id {id!r} is parked")
    return [id]
