"""Incidents: what went wrong, who takes care, what was done."""

from ...monitoring.database import tables as t
from ...monitoring.interfaces import STATUSES
from dataclasses import dataclass
from dataclasses import field
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select


i, n = t.incident.c, t.incident_note.c
PAGE = 50


@dataclass(slots=True)
class Incident:
    """*until* is None while it lasts; *care* is (author, text, until) or None."""

    id: int
    title: str
    check_id: int | None
    since: int
    until: int | None
    status: str
    state: str
    public: bool
    notes: list = field(default_factory=list)
    care: tuple | None = None


@dataclass(frozen=True, slots=True)
class Note:
    time: int
    author: str
    text: str


def find(connection, key, now):
    """The `Incident` of that number with its notes, or None."""
    found = rows(connection, select(t.incident).where(i.id == key), now)
    return found[0] if found else None


def page(connection, now, number=1, open_only=False, size=PAGE):
    """``(incidents, total, page, pages)``, open ones first, then the newest."""
    query = select(t.incident)
    count = select(func.count()).select_from(t.incident)
    if open_only:
        query, count = query.where(i.until.is_(None)), count.where(i.until.is_(None))
    total = connection.scalar(count)
    pages = max(-(-total // size), 1)
    number = min(max(number, 1), pages)
    query = query.order_by(i.until.is_not(None), i.since.desc(), i.id.desc())
    query = query.limit(size).offset((number - 1) * size)
    return rows(connection, query, now), total, number, pages


def of_check(connection, check_id, now, most=20):
    query = select(t.incident).where(i.check_id == check_id)
    return rows(connection, query.order_by(i.since.desc()).limit(most), now)


def public(connection, since, now, most=50):
    """Those that everybody may read, open or ended after *since*, newest first.

    Nobody wrote a title that is the name of a check: it becomes that of the check,
    or empty.
    """
    query = select(t.incident).where(i.public, or_(i.until.is_(None), i.until > since))
    found = rows(connection, query.order_by(i.since.desc()).limit(most), now)
    c = t.check.c
    query = select(c.name, c.title).where(c.name.in_([one.title for one in found]))
    names = dict(connection.execute(query).all())
    for one in found:
        one.title = names.get(one.title, one.title) or ""
    return found


def rows(connection, query, now):
    found = {
        row.id: Incident(
            row.id,
            row.title,
            row.check_id,
            row.since,
            row.until,
            STATUSES[row.severity] if row.severity is not None else "crit",
            row.state or "",
            bool(row.public),
        )
        for row in connection.execute(query)
    }
    notes = select(n.incident_id, n.time, n.author, n.text).where(
        n.incident_id.in_(list(found))
    )
    for key, *rest in connection.execute(notes.order_by(n.time, n.id)):
        found[key].notes.append(Note(*rest))
    checks = {one.check_id for one in found.values() if one.check_id}
    care = cares(connection, checks, now)
    for one in found.values():
        if one.until is None:
            one.care = care.get(one.check_id)
    return list(found.values())


def cares(connection, check_ids, now):
    """``{check id: (author, text, until)}`` of acknowledgements that hold."""
    a = t.ack.c
    query = select(a.check_id, a.author, a.text, a.until).where(
        a.check_id.in_(list(check_ids)),
        a.ended.is_(None),
        or_(a.until.is_(None), a.until > now),
    )
    return {key: tuple(rest) for key, *rest in connection.execute(query)}
