"""Incidents: opened by a problem, closed by its recovery; acknowledged by people."""

from ..database import tables as t
from ..interfaces import STATUSES
from ..interfaces import UnknownCheck
from .queue import portions
from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update


c = t.incident.c
#: Longer notes are cut.
LONGEST = 10_000


def find_open(connection, keys):
    """``{key: row}`` of the open incidents of these keys."""
    found = {}
    for part in portions(keys):
        query = select(t.incident).where(c.until.is_(None), c.key.in_(part))
        found |= {row.key: row for row in connection.execute(query)}
    return found


def open_all(connection, openings):
    """Open incidents, ``[(notice, state, told with)]``; their ids, in order."""
    if not openings:
        return []
    rows = [
        {
            "title": notice.title or notice.name,
            "check_id": notice.check_id or None,
            "since": notice.since,
            "severity": STATUSES.index(notice.status),
            "state": state,
            "key": notice.key,
            "into_id": into,
            "settings": details(notice),
        }
        for notice, state, into in openings
    ]
    query = insert(t.incident).returning(c.id, sort_by_parameter_order=True)
    return list(connection.scalars(query, rows))


def details(notice):
    """What later messages about the incident need of its notice."""
    return {"reason": notice.reason[:1000], "groups": sorted(notice.groups)}


def change_all(connection, changes):
    """Write ``{incident id: {column: value}}``; all have the same columns."""
    if not changes:
        return
    columns = next(iter(changes.values()))
    query = (
        update(t.incident)
        .where(c.id == bindparam("which"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    rows = [
        {"which": key, **{f"new_{name}": value for name, value in columns.items()}}
        for key, columns in changes.items()
    ]
    connection.execute(query, rows)


def below(connection, check_ids):
    """``{check: how many open problems are told with its}``"""
    query = (
        select(c.into_id, func.count())
        .where(c.until.is_(None), c.into_id.in_(list(check_ids)))
        .group_by(c.into_id)
    )
    return dict(connection.execute(query).all())


# --- By people -----------------------------------------------------------------


def acknowledge(connection, check_id, author, text="", now=0, until=None):
    """Somebody takes care: no escalation nor repetition, until *until* if given."""
    if not connection.scalar(select(t.check.c.id).where(t.check.c.id == check_id)):
        raise UnknownCheck(f"There is no check {check_id}.")
    withdraw(connection, [check_id], now)
    made = connection.execute(
        insert(t.ack).values(
            check_id=check_id,
            since=now,
            until=until,
            author=author,
            text=text[:LONGEST],
        )
    )
    return made.inserted_primary_key[0]


def withdraw(connection, check_ids, now):
    """Nobody takes care any longer, or it is over."""
    for part in portions(check_ids):
        own = t.ack.c.check_id.in_(part)
        connection.execute(
            update(t.ack).where(own, t.ack.c.ended.is_(None)).values(ended=int(now))
        )


def acknowledged(connection, check_ids, now):
    """Those of the checks that somebody takes care of now."""
    a = t.ack.c
    query = select(a.check_id).where(
        a.check_id.in_(list(check_ids)),
        a.ended.is_(None),
        or_(a.until.is_(None), a.until > now),
    )
    return set(connection.scalars(query))


def add_note(connection, incident_id, author, text, now):
    """Write a note to an incident; what was done is found again later."""
    made = connection.execute(
        insert(t.incident_note).values(
            incident_id=incident_id, time=now, author=author, text=text[:LONGEST]
        )
    )
    return made.inserted_primary_key[0]
