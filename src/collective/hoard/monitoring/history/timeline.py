"""From verdicts to rows of the change log (R5, R7): pure functions.

Inside, a log is a list of `Row`s without gaps that ends at `END`.  Stored, its
last row may be "open until it expires" (`folded`), since what comes after the
last verdict is not known before its slot is closed.
"""

from ..interfaces import UNKNOWN
from ..interfaces import UNMONITORED
from typing import NamedTuple


#: After all times; fits into a signed 64-bit number.
END = 1 << 60


class Row(NamedTuple):
    since: int
    until: int
    status: int
    code: int | None
    reason: str


class Stored(NamedTuple):
    """A row as the table has it."""

    since: int
    until: int | None
    expires: int | None
    status: int
    code: int | None
    reason: str


def stored_columns(table):
    """The columns of a `Stored`."""
    return [table.c[name] for name in Stored._fields]


def segments(events, pauses, since, until):
    """The rows that *events* make of [since, until); gaps are unknown."""
    rows = []
    edge = since
    for place, event in enumerate(events):
        following = events[place + 1].start if place + 1 < len(events) else END
        start = max(event.start, since)
        end = min(event.expires, following, until)
        if start >= end:
            continue
        if edge < start:
            rows.append(Row(edge, start, UNKNOWN, None, ""))
        rows.append(Row(start, end, event.status, event.code, event.reason))
        edge = end
    if edge < until:
        rows.append(Row(edge, until, UNKNOWN, None, ""))
    return overlaid(rows, list(pauses.between(since, until))) if pauses else rows


def overlaid(rows, pauses):
    """*rows*, unmonitored while the check was paused."""
    for since, until, reason in pauses:
        rows = [
            *clipped(rows, rows[0].since, since),
            Row(since, until, UNMONITORED, None, reason or ""),
            *clipped(rows, until, END),
        ]
    return rows


def clipped(rows, since, until):
    """The parts of *rows* within [since, until)."""
    return [
        row._replace(since=max(row.since, since), until=min(row.until, until))
        for row in rows
        if row.since < until and row.until > since
    ]


def merged(rows):
    """*rows*, neighbours with the same status and code made one (R7)."""
    result = []
    for row in rows:
        last = result[-1] if result else None
        if last and last.status == row.status and last.code == row.code:
            result[-1] = last._replace(until=row.until)
        else:
            result.append(row)
    return result


def stitched(old, events, pauses, since, until):
    """The log *old* with [since, until) made anew from *events*.

    *old* covers what it has of that time and a row more at either side, as far
    as there are any; *events* reaches so far back and on that every verdict
    that holds there is in it, and the one that starts at *until*, if any.
    """
    before = clipped(old, 0, since)
    middle = segments([e for e in events if e.start < until], pauses, since, until)
    if not before:
        # The log starts with the first verdict.
        while middle and middle[0].status == UNKNOWN and not is_event(middle, events):
            del middle[0]
    after = clipped(old, until, END) if until < END else []
    if until < END:
        after = after_the_gap(after, old, events, until)
    if not before and not middle and after and after[0].status == UNKNOWN:
        after = after[1:]
    return merged([*before, *middle, *after])


def is_event(rows, events):
    """Whether the first row is a verdict: that of a blind source is unknown."""
    return any(e.start == rows[0].since and e.status == UNKNOWN for e in events)


def after_the_gap(after, old, events, until):
    if not after:
        return [Row(until, END, UNKNOWN, None, "")]
    first = after[0]
    if first.since > until:
        return [Row(until, first.since, UNKNOWN, None, ""), *after]
    if any(row.since == until for row in old):
        return after
    # Cut in the middle: its reason was that of its beginning.
    reasons = [e.reason for e in events if e.start == until]
    if first.status != UNMONITORED:
        first = first._replace(reason=reasons[0] if reasons else "")
    return [first, *after[1:]]


def unfolded(stored):
    """Stored rows as `Row`s without gaps up to `END`, as far as they go."""
    rows = []
    for row in stored:
        since, until, expires, status, code, reason = row
        reason = reason or ""
        if until is None and expires is not None:
            rows.append(Row(since, expires, status, code, reason))
            rows.append(Row(expires, END, UNKNOWN, None, ""))
        else:
            rows.append(Row(since, until or END, status, code, reason))
    return rows


def folded(rows, horizon):
    """Rows as they are stored, nothing unknown logged at or after *horizon*."""
    stored = [
        Stored(row.since, None if row.until == END else row.until, None, *row[2:])
        for row in rows
    ]
    if len(rows) > 1 and rows[-1].until == END and rows[-1].status == UNKNOWN:
        if rows[-1].since >= horizon and rows[-2].status != UNMONITORED:
            last = stored[-2]._replace(until=None, expires=rows[-1].since)
            stored[-2:] = [last]
    return stored
