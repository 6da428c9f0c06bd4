"""Closing slots from what is in memory: the common case, in order."""

from ..interfaces import UNKNOWN
from .slots import Pauses
from .timeline import END
from .timeline import folded
from .timeline import stitched
from .timeline import Stored
from .timeline import unfolded
from .verdicts import Event
from .verdicts import hidden
from dataclasses import dataclass
from dataclasses import field
from math import inf


NO_PAUSES = Pauses()


@dataclass(slots=True)
class Closing:
    old: list = field(default_factory=list)
    new: list = field(default_factory=list)
    suppressed: list = field(default_factory=list)
    #: Instead: the log must be made anew in this window.
    rewrite: tuple | None = None
    #: The log goes on as it was: nothing is final but the first of `pending`.
    short: bool = False


def due(check, track):
    """When something of a check becomes final next; `inf`: not by itself."""
    edges = []
    if track.open:
        edges.append(min(track.open))
    if track.tail is not None and track.tail.expires is not None:
        edges.append(track.tail.expires)
    if not edges:
        return inf
    return check.regimes.slot_of(min(edges))[1] + check.grace


def close(check, track, horizon, blind):
    """What becomes of the log when slots before *horizon* are closed.

    The track is brought up to date, too, unless a rewrite is asked for.
    """
    tail = track.tail
    if blind is None and not check.pauses:
        if (event := continues(track, horizon)) is not None:
            return go_on(track, event, horizon)
    events = [e for e in track.verdicts(check, blind) if e.start < horizon]
    if check.pauses or (tail and events and tail.since >= events[0].start):
        return Closing(rewrite=window(check, track, events, horizon))
    suppressed = [
        sample
        for event in events
        for sample in hidden(event, track.open[event.start].values())
    ]
    old = [tail] if tail else []
    rows = unfolded(old)
    if events:
        start = events[0].start
        carried = [carry(tail)] if tail and tail.expires is not None else []
        rows = stitched(rows, carried + events, NO_PAUSES, start, END)
    new = folded(rows, horizon)
    track.open = {start: v for start, v in track.open.items() if start >= horizon}
    track.closed = horizon
    track.tail = new[-1] if new else None
    return Closing(old, new, suppressed)


def continues(track, horizon):
    """The verdict of the one slot that closes, if it says what the log's end says.

    The by far most frequent case, so it has a short way of its own.
    """
    tail, pending = track.tail, track.pending
    if tail is None or tail.expires is None or not pending or track.fresh:
        return None
    event = pending[0]
    start = event[0]
    if event[3] != tail[3] or event[4] != tail[4] or not tail[0] < start:
        return None
    if start > tail[2] or event[2] < tail[2] or start >= horizon:
        return None
    if start not in track.open or min(track.open) < start or event[3] == UNKNOWN:
        return None
    if len(pending) > 1 and pending[1][0] < horizon:
        return None
    return event


def go_on(track, event, horizon):
    """Let the last row of the log hold until *event* expires."""
    old, samples = track.tail, track.open.pop(event[0])
    new = track.tail = Stored(old[0], None, event[2], *old[3:])
    track.closed = horizon
    errors = [] if len(samples) == 1 else hidden(event, samples.values())
    return Closing([old], [new], errors, short=True)


def window(check, track, events, horizon):
    starts = [event.start for event in events] + list(track.open)
    if track.tail is not None and track.tail.expires is not None:
        starts.append(check.regimes.slot_of(track.tail.expires)[0])
    return min(starts), max(horizon, min(starts) + 1)


def carry(tail):
    """The verdict that still holds at the end of the log."""
    return Event(tail.since, 0, tail.expires, tail.status, tail.code, tail.reason or "")
