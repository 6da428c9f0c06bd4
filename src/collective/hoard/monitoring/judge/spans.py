"""Maintenance windows worked out per check, for sums of availability.

The table `maintenance_span` holds them so that the history needs neither
selectors nor recurrences.  What is past is never taken back.
"""

from ..database import tables as t
from ..history import meta
from ..interfaces import MonitoringError
from .loading import load_members
from .loading import window_of
from .parser import parse_selector
from .windows import checked
from .windows import spans
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update


DAY = 86_400
#: Seconds that recurring windows are worked out ahead; `extend` goes on.
AHEAD = 8 * DAY
#: Rows a statement.
MANY = 5000
#: Up to when `extend` has worked out everything.
WORKED_OUT = "spans_until"


def write(connection, window, now, until=None, members=None, edge=None):
    """Work out *window* from *now*, or its beginning if that is before, on.

    A one-off window is worked out as a whole.  With *edge* what begins before
    that time stays as it was worked out then.

    :raises MonitoringError: Window or selector cannot be understood.
    """
    checked(window)
    selector = parse_selector(window.selector)
    start = min(int(now), window.since)
    end = max(until or now + AHEAD, window.until)
    found = spans(window, start, end)
    if edge is not None:
        found = [(a, b) for a, b in found if a >= edge]
    elif found:
        edge = found[0][0]
    members = load_members(connection) if members is None else members
    ids = [one.id for one in members.values() if selector.matches(one)]
    if edge is None:
        return
    c = t.maintenance_span.c
    connection.execute(
        delete(t.maintenance_span).where(c.maintenance_id == window.id, c.since >= edge)
    )
    rows = [
        {"check_id": i, "since": a, "maintenance_id": window.id, "until": b}
        for i in ids
        for a, b in found
    ]
    for place in range(0, len(rows), MANY):
        connection.execute(insert(t.maintenance_span), rows[place : place + MANY])


def end(connection, window_id, now):
    """The window is over from *now* on; True unless it was before."""
    m, c = t.maintenance, t.maintenance_span.c
    query = update(m).where(m.c.id == window_id, m.c.cancelled.is_(None))
    if not connection.execute(query.values(cancelled=int(now))).rowcount:
        return False
    own = c.maintenance_id == window_id
    connection.execute(delete(t.maintenance_span).where(own, c.since >= now))
    query = update(t.maintenance_span).where(own, c.until > now)
    connection.execute(query.values(until=int(now)))
    return True


def extend(connection, now):
    """Work out recurring windows for the days to come; cheap when it is done."""
    if meta.get(connection, WORKED_OUT) > now + AHEAD // 2:
        return []
    m = t.maintenance
    query = select(m).where(
        m.c.cancelled.is_(None),
        or_(m.c.recurrence.is_not(None), m.c.until > now),
    )
    members, complaints = load_members(connection), []
    before = meta.get(connection, WORKED_OUT)
    for row in connection.execute(query).all():
        try:
            window = window_of(row)
            edge = edge_of(connection, window, before, now)
            write(connection, window, edge, now + AHEAD, members, edge)
        except MonitoringError as error:
            complaints.append(str(error))
    meta.put(connection, WORKED_OUT, int(now + AHEAD))
    return complaints


def edge_of(connection, window, worked_out, now):
    """From when on *window* is worked out by who belongs to it now.

    That is *now*, or where working out ended if nobody did it for long.
    """
    if worked_out:
        return min(int(now), worked_out)
    c = t.maintenance_span.c
    query = select(func.max(c.since)).where(c.maintenance_id == window.id)
    newest = connection.scalar(query)
    return window.since if newest is None else min(int(now), newest + 1)
