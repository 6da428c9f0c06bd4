"""How each target is doing: written by its drainer, read by people."""

from ._arrivals import arrived
from ._lease import holder
from ._marks import iter_marks
from ._storage import find_outbox
from ._storage import find_target
from ._storage import KEEP_MESSAGE
from ._storage import MARKS
from ._time import moment
from ._time import now_ms
from .interfaces import Behind
from .interfaces import TargetState
from itertools import islice


LONGEST_PAUSE = 60
ERROR_LENGTH = 1000


def outbox_state(root):
    """``{name: TargetState}``, ordered by name. Never writes.

    :raises NewerLayout:
    """
    outbox = find_outbox(root)
    if outbox is None:
        return {}
    new = arrived(outbox)
    return {
        name: _state(name, target, *new.get(name, (0, None)))
        for name, target in outbox["targets"].items()
    }


def _state(name, target, arrived, since):
    pending, oldest = _pending(target, arrived, since)
    state = target["state"]
    return TargetState(
        name=name,
        kind=target["kind"],
        pending=pending,
        oldest=oldest,
        parked=len(target["parked"]),
        sent=state.get("sent", 0),
        last_success=moment(state.get("success")),
        last_error=state.get("error", ""),
        last_error_time=moment(state.get("error_time")),
        failures=state.get("failures", 0),
        retry_at=moment(state.get("retry_at")),
        drainer=holder(target),
    )


def _pending(target, arrived, since):
    if target["kind"] == MARKS:
        times = [mark.since for mark in iter_marks(target)]
        return len(times), min(times, default=None)
    firsts = [next(_messages(shard), None) for shard in target["shards"]]
    times = [first["created"] for first in firsts if first is not None]
    times += [since] if arrived else []
    count = sum(len(shard) - 1 for shard in target["shards"])
    return count + arrived, moment(min(times, default=None))


def _messages(shard):
    return iter(shard.values(KEEP_MESSAGE, excludemin=True))


def behind(root, target, limit=1000):
    """The `Behind` of a target of marks, or None when nothing waits there.

    Cheap enough for every page: looks at *limit* marks at most.
    """
    stored = find_target(root, target)
    marks = () if stored is None else list(islice(iter_marks(stored), limit + 1))
    if not marks:
        return None
    counted = marks[:limit]
    since = min(mark.since for mark in counted)
    return Behind(len(counted), len(marks) > limit, since)


def succeeded(target, count):
    """*count* entries were acknowledged."""
    state = target["state"]
    state.update(sent=state.get("sent", 0) + count, success=now_ms(), failures=0)
    state.pop("retry_at", None)


def failed(target, error):
    """The target is down; leave it alone for a while: 1, 2, 4, ... 60 seconds."""
    state, now = target["state"], now_ms()
    failures = state.get("failures", 0) + 1
    pause = min(2 ** min(failures - 1, 10), LONGEST_PAUSE)
    state.update(error=error, error_time=now, failures=failures)
    state["retry_at"] = now + pause * 1000


def noted(target, error):
    """Something was parked; the target itself is well."""
    target["state"].update(error=error, error_time=now_ms())


def may_try(target):
    """Whether the pause after the last failure is over."""
    return target["state"].get("retry_at", 0) <= now_ms()


def words(error) -> str:
    """*error* as people and the database see it."""
    text = str(error) or type(error).__name__
    # A lone surrogate could be stored, and not be shown.
    return text[:ERROR_LENGTH].encode("utf-8", "replace").decode("utf-8")
