"""What the writer remembers of a check: its open slots and the end of its log."""

from ..database.tables import interval
from ..database.tables import pending as pending_table
from ..database.tables import standing
from ..interfaces import UNKNOWN
from .packing import samples_between
from .timeline import Stored
from .timeline import stored_columns
from .verdicts import Event
from .verdicts import judge
from .verdicts import slots
from dataclasses import dataclass
from dataclasses import field
from sqlalchemy import select


#: Seconds after now for which there may be samples already.
AHEAD = 86400


@dataclass(slots=True)
class Track:
    """Of one check."""

    closed: int
    #: The open row of the log, or None.
    tail: Stored | None
    #: ``{start: {(time, frac, source, status, code): sample}}`` of the open slots.
    open: dict = field(default_factory=dict)
    #: Their verdicts as the table `pending` has them.
    pending: list = field(default_factory=list)
    #: ``(status, code)`` that `standing` shows, or None.
    shown: tuple | None = None
    last_time: int | None = None
    seq: int | None = None
    #: What `standing` has.
    written: tuple | None = None
    #: Slots with samples that `pending` does not know yet.
    fresh: list = field(default_factory=list)
    #: What `closing.due` says; None: it is to be asked.
    due: float | None = None

    def add(self, start, sample, simple=False):
        """Add a sample to its open slot, unless it is there already.

        *simple*: one that says what the verdict says cannot change it.
        """
        time, key = sample[0], sample[:5]
        known = self.open.get(start)
        if known is None:
            self.open[start] = {key: sample}
            self.renews(start)
        elif key not in known:
            known[key] = sample
            if not (simple and self.agrees(start, sample)):
                self.renews(start)
        if self.last_time is None or time > self.last_time:
            self.last_time = time

    def renews(self, start):
        """Let the verdict of that slot be worked out anew."""
        if start not in self.fresh:
            self.fresh.append(start)

    def agrees(self, start, sample):
        """Whether the newest verdict is of that slot and says the same."""
        if not self.pending:
            return False
        event = self.pending[-1]
        return (
            event[0] == start
            and event[3] == sample[3]
            and event[4] == sample[4]
            and event[5] == (sample[5] or "")
        )

    def verdicts(self, check, blind):
        """The `Event`s of the open slots."""
        regimes, pauses, result = check.regimes, check.pauses, []
        for start in sorted(self.open):
            samples = list(self.open[start].values())
            if pauses:
                samples = [s for s in samples if not pauses.covers(s[0])]
            if samples:
                start, end, regime = regimes.slot_of(start)
                result.append(judge(start, end, regime, samples, blind))
        return result

    def renew(self, check, blind):
        """Bring `pending` up to date where samples are fresh; what has changed.

        The short way of the common case: nothing was paused or turned blind.
        """
        result = []
        for start in self.fresh:
            samples = list(self.open[start].values())
            event = judge(*check.regimes.slot_of(start), samples, blind)
            if not self.pending or start > self.pending[-1][0]:
                self.pending.append(event)
                result.append(event)
                continue
            place = next(n for n, e in enumerate(self.pending) if e.start >= start)
            old = self.pending[place]
            if old.start > start:
                self.pending.insert(place, event)
            elif old[2:] == event[2:]:
                continue
            else:
                self.pending[place] = event
            result.append(event)
        self.fresh.clear()
        return result


def load_tail(connection, check_id):
    """The open row of a check's log, or None."""
    query = select(*stored_columns(interval)).where(interval.c.check_id == check_id)
    # The last row is the open one; looked up by the key alone.
    row = connection.execute(query.order_by(interval.c.since.desc()).limit(1)).first()
    return Stored(*row) if row else None


def load_missing(connection, checks, known, now):
    """Put the tracks of all *checks* into *known*, a mapping."""
    for check_id, check in checks.items():
        if check_id not in known:
            known[check_id] = load(connection, check, now)


def load(connection, check, now):
    """The track of *check*, as it was left."""
    row = connection.execute(
        select(standing).where(standing.c.check_id == check.id)
    ).one_or_none()
    track = Track(row.closed if row else 0, load_tail(connection, check.id))
    if row:
        track.shown, track.last_time = (row.status, row.code), row.last_time
        track.seq = row.seq
    c = pending_table.c
    query = select(c.since, c.until, c.status, c.code, c.reason)
    stored = connection.execute(query.where(c.check_id == check.id).order_by(c.since))
    track.pending = [Event(s, 0, u, st, co, r or "") for s, u, st, co, r in stored]
    if track.pending:
        # Each open slot whose samples count is in `pending`.
        fill(connection, check, track, track.pending[0].start, now)
    return track


def fill(connection, check, track, since, now):
    """Take up the samples of the slots from *since* on: they are open."""
    track.due = None
    rows = samples_between(connection, check.id, since, int(now) + AHEAD)
    for start, _, _, samples in slots([r[:6] for r in rows], check.regimes, None):
        for sample in samples:
            track.add(start, sample)


def shown(check, track, now):
    """``(since, expires, status, code, reason, provisional, stale)`` now.

    A verdict that has expired is shown on until the slot in which it did is
    final (*stale*): a check may come late in each slot, and be well.
    """
    since = expires = status = code = reason = None
    provisional, tail = False, track.tail
    if tail is not None:
        since, _, expires, status, code, reason = tail
    for start, _, until, says, number, why in track.pending:
        holds = expires is None or expires >= start
        if says != status or number != code or not holds:
            since = start
        expires, status, code, reason = until, says, number, why
        provisional = True
    reason = reason or ""
    if expires is None:
        return since, None, status, code, reason, provisional, None
    stale = check.regimes.end_of(expires) + check.grace
    if stale <= now and status != UNKNOWN:
        return expires, None, UNKNOWN, None, "", True, None
    return since, expires, status, code, reason, provisional, stale
