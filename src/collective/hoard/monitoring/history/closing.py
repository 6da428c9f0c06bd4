"""Closing slots from what is in memory: the common case, in order."""

from .slots import Pauses
from .timeline import END
from .timeline import folded
from .timeline import stitched
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
    events = [e for e in track.verdicts(check, blind) if e.start < horizon]
    tail = track.tail
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


def window(check, track, events, horizon):
    starts = [event.start for event in events] + list(track.open)
    if track.tail is not None and track.tail.expires is not None:
        starts.append(check.regimes.slot_of(track.tail.expires)[0])
    return min(starts), max(horizon, min(starts) + 1)


def carry(tail):
    """The verdict that still holds at the end of the log."""
    return Event(tail.since, 0, tail.expires, tail.status, tail.code, tail.reason or "")
