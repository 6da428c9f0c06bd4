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


def due(check, track):
    """When something of a check becomes final next; `inf`: not by itself."""
    when = track.due
    if when is None:
        when = track.due = next_end(check, track)
    return when


def next_end(check, track):
    edge = min(track.open, default=inf)
    tail = track.tail
    if tail is not None and tail[2] is not None and tail[2] < edge:
        edge = tail[2]
    return inf if edge == inf else check.regimes.end_of(edge) + check.grace


def close(check, track, horizon, blind):
    """What becomes of the log when slots before *horizon* are closed.

    The track is brought up to date, too, unless a rewrite is asked for.
    """
    tail = track.tail
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
    track.closed, track.due = horizon, None
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
    start, _, expires, status, code, _ = event
    if status != tail[3] or code != tail[4] or status == UNKNOWN:
        return None
    if not tail[0] < start <= tail[2] <= expires or start >= horizon:
        return None
    if start not in track.open or min(track.open) < start:
        return None
    if len(pending) > 1 and pending[1][0] < horizon:
        return None
    return event


def go_on(track, event, horizon):
    """Let the last row of the log hold until *event*, the first of `pending`,
    expires; the samples that it hides.
    """
    since, _, _, status, code, reason = track.tail
    samples = track.open.pop(event[0])
    del track.pending[0]
    track.tail = Stored(since, None, event[2], status, code, reason)
    track.closed, track.due = horizon, None
    # The verdict is one of them.
    return () if len(samples) == 1 else hidden(event, samples.values())


def window(check, track, events, horizon):
    starts = [event.start for event in events] + list(track.open)
    if track.tail is not None and track.tail.expires is not None:
        starts.append(check.regimes.slot_of(track.tail.expires)[0])
    return min(starts), max(horizon, min(starts) + 1)


def carry(tail):
    """The verdict that still holds at the end of the log."""
    return Event(tail.since, 0, tail.expires, tail.status, tail.code, tail.reason or "")
