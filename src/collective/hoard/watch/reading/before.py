"""The time before a check was watched: nothing is unknown there, nobody looked."""

from ...monitoring.database import tables as t
from ...monitoring.interfaces import STATUSES
from sqlalchemy import func
from sqlalchemy import select


def watched_from(connection, check_ids):
    """``{check id: UTC seconds}`` from which on it was watched, or something is
    known of it; checks of which nobody knows are left out.
    """
    c, i = t.check.c, t.interval.c
    first = select(func.min(i.since)).where(i.check_id == c.id).scalar_subquery()
    query = select(c.id, c.monitored_since, first).where(c.id.in_(check_ids))
    return {
        key: watched if known is None else min(watched, known)
        for key, watched, known in connection.execute(query)
        if watched is not None
    }


def told_apart(rows, edge):
    """``[(since, until, status, ...)]`` of rows of a timeline; what is unknown before
    *edge*, UTC seconds or None, is not monitored.
    """
    result = []
    for since, until, status, *rest in rows:
        name = STATUSES[status]
        if name == "unknown" and edge is not None and since < edge:
            result.append((since, min(until, edge), "unmonitored", *rest))
            since = edge
        if since < until:
            result.append((since, until, name, *rest))
    return result
