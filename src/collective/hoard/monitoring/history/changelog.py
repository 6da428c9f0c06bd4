"""Rewriting a part of a check's change log from its samples (R6, R7)."""

from ..database.bulk import EMPTY
from ..database.bulk import execute_many
from ..database.bulk import KEY_CODE
from ..database.bulk import upsert
from ..database.tables import interval
from ..database.tables import suppressed
from ..interfaces import Change
from ..interfaces import STATUSES
from .packing import samples_between
from .rollups import refresh
from .timeline import END
from .timeline import folded
from .timeline import stitched
from .timeline import Stored
from .timeline import stored_columns
from .timeline import unfolded
from .verdicts import hidden
from .verdicts import judge
from .verdicts import slots
from dataclasses import dataclass
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select


#: A long window is rewritten in pieces: so many seconds of samples in memory.
PIECE = 40 * 86400
INSERT = (
    "INSERT INTO interval_ (check_id, since, until, expires, status, code, reason)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
DELETE = "DELETE FROM interval_ WHERE check_id = ? AND since = ?"
SUPPRESSED = upsert(
    "suppressed",
    ("check_id", "time", "frac", "source_id", "status", "code"),
    ("reason",),
    code=KEY_CODE,
    reason=EMPTY,
)
ROW = stored_columns(interval)


@dataclass(slots=True)
class Rewritten:
    """What came of rewriting."""

    changes: list
    #: Verdicts of slots that are still open.
    pending: list


def rewrite(connection, check, since, until, horizon, blind, to_end=False):
    """Make the log of *check* anew where samples of [since, until) count.

    Slots that start before *horizon* are closed.  `blind(sample)` says whether
    its source was blind.  With *to_end* nothing was seen after *until*, and the
    log is made anew up to its end.
    """
    result = Rewritten([], [])
    edge = check.regimes.slot_of(since)[0]
    while edge < until:
        end = check.regimes.slot_of(min(edge + PIECE, until) - 1)[1]
        last = to_end and end >= until
        piece = rewrite_piece(connection, check, edge, end, horizon, blind, last)
        result.changes += piece.changes
        result.pending = piece.pending
        edge = end
    return result


def rewrite_piece(connection, check, since, until, horizon, blind, last):
    reach = check.regimes.reach
    low = check.regimes.slot_of(max(since - reach, 0))[0]
    high = check.regimes.slot_of(until + reach)[1]
    rows = samples_between(connection, check.id, low, high)
    groups = slots([row[:6] for row in rows], check.regimes, check.pauses)
    events = [judge(*group, blind) for group in groups]
    keep_suppressed(connection, check.id, since, until, horizon, groups, events)
    pending = [event for event in events if event.start >= horizon]
    events = [event for event in events if event.start < horizon]
    end = next((e.start for e in events if until <= e.start <= until + reach), None)
    end = END if last else until + reach if end is None else end
    old = load_rows(connection, check.id, since, end)
    rows = stitched(unfolded(old), events, check.pauses, since, end)
    new = folded(rows, horizon)
    write_rows(connection, [(check.id, old, new)])
    if old != new:
        refresh(connection, check.id, since, min(end, until + reach))
    return Rewritten(changes(check.id, old, new), pending)


def load_rows(connection, check_id, since, until):
    """The stored rows around [since, until], one more at either side."""
    c = interval.c
    before = select(func.max(c.since)).where(c.check_id == check_id, c.since < since)
    after = select(func.min(c.since)).where(c.check_id == check_id, c.since > until)
    query = (
        select(*ROW)
        .where(
            c.check_id == check_id,
            c.since >= func.coalesce(before.scalar_subquery(), since),
            c.since <= func.coalesce(after.scalar_subquery(), until),
        )
        .order_by(c.since)
    )
    return [Stored(*row) for row in connection.execute(query)]


def write_rows(connection, changed):
    """Replace rows by rows, ``(check id, old, new)``; those that stay the same
    are not touched.
    """
    gone, fresh = [], []
    for check_id, old, new in changed:
        before = set(old)
        after = {row._replace(reason=row.reason or None) for row in new}
        gone += [(check_id, row.since) for row in before - after]
        fresh += [(check_id, *row) for row in after - before]
    execute_many(connection, DELETE, gone)
    execute_many(connection, INSERT, fresh)


def keep_suppressed(connection, check_id, since, until, horizon, groups, events):
    """Write anew which errors of closed slots in [since, until) are hidden (R4)."""
    c = suppressed.c
    connection.execute(
        delete(suppressed).where(
            c.check_id == check_id, c.time >= since, c.time < until
        )
    )
    rows = [
        (check_id, *sample)
        for event, group in zip(events, groups, strict=True)
        if since <= event.start < until and event.start < horizon
        for sample in hidden(event, group[3])
    ]
    execute_many(connection, SUPPRESSED, rows)


def changes(check_id, old, new):
    """The `Change`s that lead from the *old* rows to the *new* ones."""
    known = {(row.since, row.status, row.code) for row in old}
    result = []
    previous = None
    for row in new:
        if (row.since, row.status, row.code) not in known:
            status = STATUSES[row.status]
            result.append(
                Change(
                    check_id,
                    row.since,
                    row.until,
                    status,
                    row.code,
                    row.reason or "",
                    previous,
                )
            )
        previous = STATUSES[row.status]
    return result
