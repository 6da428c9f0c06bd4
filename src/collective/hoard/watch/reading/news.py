"""What has changed of late: for open pages, and strips of the last day."""

from ...monitoring.database import tables as t
from ...monitoring.interfaces import STATUSES
from .standings import c
from .standings import JOINED
from .standings import s
from .standings import status_now
from .standings import watched
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select


#: Seconds without a sign of life after which a poller is said to be silent.
SILENT = 60


def poller_beats(connection):
    """``[(name, beat, stopped, note)]`` of all pollers and satellites."""
    from ...monitoring.database.tables_poller import poller

    p = poller.c
    query = select(p.name, p.beat, p.stopped, p.note).order_by(p.name)
    return connection.execute(query).all()


def silent(connection, now):
    """``[(name, seconds since its last sign of life, note)]`` of silent pollers."""
    return [
        (name, now - beat, note or "")
        for name, beat, _stopped, note in poller_beats(connection)
        if now - beat > SILENT
    ]


def silent_names(connection, now):
    """Their names as one text, for comparing; empty where all is well."""
    return ", ".join(name for name, *_rest in silent(connection, now))


def seq(connection):
    """The number of the newest change."""
    return connection.scalar(select(func.max(s.seq))) or 0


def changes(connection, now, since, most=20):
    """``(newest number, how many, [first changes])`` after the number *since*."""
    newest = seq(connection)
    query = select(c.id, c.name, status_now(now), s.since).select_from(JOINED)
    later = and_(s.seq > since, watched())
    count = connection.scalar(select(func.count()).select_from(JOINED).where(later))
    rows = connection.execute(query.where(later).order_by(s.seq.desc()).limit(most))
    found = [
        {"id": i, "check": name, "status": STATUSES[status], "since": at}
        for i, name, status, at in rows
    ]
    return newest, count, found


def strips(connection, now, ids, since):
    """``{check id: [(since, until, status)]}`` of the log after *since*."""
    i = t.interval.c
    query = (
        select(i.check_id, i.since, i.until, i.expires, i.status)
        .where(i.check_id.in_(ids), or_(i.until.is_(None), i.until > since))
        .order_by(i.check_id, i.since)
    )
    result = {key: [] for key in ids}
    for key, start, end, expires, status in connection.execute(query):
        last = min(end or expires or now, now)
        result[key].append((max(start, since), last, STATUSES[status]))
    p = t.pending.c
    query = select(p.check_id, p.since, p.until, p.status).where(p.check_id.in_(ids))
    for key, start, end, status in connection.execute(query.order_by(p.since)):
        rows = result[key]
        while rows and rows[-1][0] >= start:
            rows.pop()
        if rows:
            rows[-1] = (rows[-1][0], min(rows[-1][1], start), rows[-1][2])
        if start < now:
            rows.append((max(start, since), min(end, now), STATUSES[status]))
    return result
