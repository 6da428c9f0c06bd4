"""The change log as it reads at a moment."""

from ..database.tables import check as checks
from ..database.tables import interval
from ..database.tables import NO_CODE
from ..database.tables import pending
from ..database.tables import source as sources
from ..database.tables import suppressed
from ..interfaces import Interval
from ..interfaces import STATUSES
from ..interfaces import Suppressed
from ..interfaces import UNKNOWN
from ..interfaces import UnknownCheck
from ..interfaces import UNMONITORED
from . import meta
from .checks import grouped
from .checks import load
from .timeline import clipped
from .timeline import END
from .timeline import merged
from .timeline import Row
from .timeline import Stored
from .timeline import stored_columns
from .timeline import unfolded
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select


def check_id_of(connection, name):
    """:raises UnknownCheck: There is no check of that name."""
    found = connection.scalar(select(checks.c.id).where(checks.c.name == name))
    if found is None:
        raise UnknownCheck(f"There is no check {name!r}.")
    return found


def intervals(connection, check_id, now, since=None, until=None):
    """The rows of the change log, as `Interval`s; what is provisional is left out.

    A last verdict that has expired is followed by "unknown", also where nobody
    has closed its slot since.  With *since* and *until* clipped to that period.
    """
    c = interval.c
    query = (
        select(*stored_columns(interval))
        .where(c.check_id == check_id)
        .order_by(c.since)
    )
    if since is not None:
        query = query.where(or_(c.until.is_(None), c.until > since))
    if until is not None:
        query = query.where(c.since < until)
    rows = [Stored(*row) for row in connection.execute(query)]
    end = expiry(connection, check_id, rows[-1], now) if rows else None
    if end is not None:
        last = rows.pop()
        rows += [
            last._replace(until=end, expires=None),
            Stored(end, None, None, UNKNOWN, None, None),
        ]
    return [shown(row, since, until) for row in rows if holds(row, since, until)]


def expiry(connection, check_id, last, now):
    """When the last row of a log came to its end without another; None: it did not."""
    if last.until is None and last.expires is not None:
        over = closed(connection, check_id, last.expires, now)
        return last.expires if over else None
    judged = meta.judged_until(connection) if is_judged(last) else None
    kept = judged is not None and last.since < judged <= now
    return judged if kept else None


def is_judged(row):
    """Whether a last row is of a rule or alarm, which know no freshness."""
    known = row.status not in (UNKNOWN, UNMONITORED)
    return row.until is None and row.expires is None and known


def closed(connection, check_id, expires, now):
    """Whether the slot in which a verdict expires is over, and had no sample."""
    if expires > now:
        return False
    first = select(pending.c.since).where(
        pending.c.check_id == check_id, pending.c.since <= expires
    )
    if connection.scalar(first.limit(1)) is not None:
        return False
    check = load(connection, check_id)[check_id]
    return expires < check.regimes.slot_of(max(now - check.grace, 0))[0]


def holds(row, since, until):
    starts_in_time = until is None or row.since < until
    return starts_in_time and (since is None or row.until is None or row.until > since)


def shown(row, since, until):
    start, end = row.since, row.until
    if since is not None:
        start = max(start, since)
    if until is not None:
        end = until if end is None else min(end, until)
    return Interval(start, end, STATUSES[row.status], row.code, row.reason or "")


def timeline(connection, check_id, since, until):
    """What was so in [since, until), provisional verdicts included: `Row`s
    without gaps.
    """
    return timelines(connection, [check_id], since, until)[check_id]


def timelines(connection, check_ids, since, until):
    """``{check id: timeline}`` by two queries."""
    c = interval.c
    query = (
        select(c.check_id, *stored_columns(interval))
        .where(
            c.check_id.in_(check_ids),
            c.since < until,
            or_(c.until.is_(None), c.until > since),
        )
        .order_by(c.check_id, c.since)
    )
    logs = {
        check_id: [Stored(*row) for row in rows]
        for check_id, rows in grouped(connection.execute(query)).items()
    }
    some = any(is_judged(rows[-1]) for rows in logs.values())
    judged = meta.judged_until(connection) if some else None
    open_slots, result = pending_rows(connection, check_ids), {}
    for check_id in check_ids:
        newest = open_slots.get(check_id, [])
        rows = [lasting(row, judged) for row in logs.get(check_id, ())]
        result[check_id] = joined(rows, newest, since, until)
    return result


def lasting(row, judged):
    """The same row; a last one of a rule or alarm holds as long as it is judged."""
    if judged is None or not is_judged(row) or judged <= row.since:
        return row
    return row._replace(expires=judged)


def joined(stored, newest, since, until):
    """Rows of the table and the verdicts of open slots as one list without gaps."""
    rows = unfolded(stored)
    if newest:
        rows = [*clipped(rows, 0, newest[0].since), *newest]
    return merged(clipped(filled(rows, since, until), since, until))


def tails(connection, check_ids, until):
    """``{check id: [Row]}`` of what became of the last row of each log, up to
    *until*: it expired, or slots are open; without that row itself.
    """
    c = interval.c
    query = select(c.check_id, *stored_columns(interval)).where(
        c.check_id.in_(check_ids), c.until.is_(None), c.since < until
    )
    last = grouped(connection.execute(query))
    open_slots = pending_rows(connection, check_ids)
    result = {}
    for check_id in {*last, *open_slots}:
        newest = open_slots.get(check_id, [])
        stored = [Stored(*row) for row in last.get(check_id, ())]
        since = stored[0].since if stored else newest[0].since
        if since < until:
            rows = joined(stored, newest, since, until)
            result[check_id] = rows[1:] if stored else rows
    return result


def pending_rows(connection, check_ids):
    """``{check id: [Row]}`` of open slots, each up to the next."""
    c = pending.c
    query = select(c.check_id, c.since, c.until, c.status, c.code, c.reason)
    query = query.where(c.check_id.in_(check_ids)).order_by(c.check_id, c.since)
    result = {}
    for check_id, found in grouped(connection.execute(query)).items():
        rows = result[check_id] = [Row(*row[:4], row[4] or "") for row in found]
        for place, row in enumerate(rows[1:]):
            rows[place] = rows[place]._replace(until=min(rows[place].until, row.since))
    return result


def filled(rows, since, until):
    result, edge = [], since
    for row in [*rows, Row(until, END, UNKNOWN, None, "")]:
        if row.since > edge:
            result.append(Row(edge, row.since, UNKNOWN, None, ""))
        result.append(row)
        edge = row.until
    return result


def suppressed_errors(connection, check_id, since=None, until=None, limit=None):
    """`Suppressed` errors, oldest first (R4)."""
    c = suppressed.c
    query = (
        select(
            c.time,
            c.frac,
            sources.c.name,
            c.status,
            func.nullif(c.code, NO_CODE),
            c.reason,
        )
        .join(sources, sources.c.id == c.source_id)
        .where(c.check_id == check_id)
        .order_by(c.time, c.frac, sources.c.name, c.status, c.code)
    )
    if since is not None:
        query = query.where(c.time >= since)
    if until is not None:
        query = query.where(c.time < until)
    return [
        Suppressed(
            t + f / 1e6 if f else t, source, STATUSES[status], code, reason or ""
        )
        for t, f, source, status, code, reason in connection.execute(query.limit(limit))
    ]
