"""Maintenance windows, and when each is open."""

from ...monitoring.database import tables as t
from ...monitoring.interfaces import MonitoringError
from ...monitoring.judge.windows import Maintenance
from ...monitoring.judge.windows import spans
from dataclasses import dataclass
from dataclasses import field
from sqlalchemy import or_
from sqlalchemy import select


m = t.maintenance
#: Seconds ahead of which openings are named.
AHEAD = 60 * 86_400
FIELDS = (
    "id",
    "title",
    "since",
    "until",
    "recurrence",
    "zone",
    "selector",
    "cancelled",
)


@dataclass(slots=True)
class Window:
    """*coming* are the next openings ``(since, until)``, the present one first."""

    window: Maintenance
    author: str
    wrong: str = ""
    coming: list = field(default_factory=list)

    def is_open(self, now):
        return any(since <= now < until for since, until in self.coming)


def windows(connection, now, most=200):
    """`Window`s that are open or still come, the next first; then recent ones."""
    lasts = or_(
        m.c.until > now - 30 * 86_400,
        m.c.recurrence.is_not(None),
    )
    query = select(m).where(lasts).order_by(m.c.since.desc()).limit(most)
    found = [window_of(row, now) for row in connection.execute(query)]
    return sorted(found, key=lambda w: (not w.coming, w.coming[:1] or [(0, 0)]))


def window_of(row, now):
    values = {name: row._mapping[name] for name in FIELDS}
    for name, default in (("recurrence", ""), ("zone", "UTC"), ("selector", "*")):
        values[name] = values[name] or default
    found = Window(Maintenance(**values), row.author or "")
    try:
        found.coming = spans(found.window, now, now + AHEAD)[:5]
    except MonitoringError as error:
        found.wrong = str(error)
    return found


def public(connection, now, check_ids):
    """``[(title, since, until, number, when it was entered)]`` of windows of these
    checks, open or coming.
    """
    span = t.maintenance_span.c
    query = (
        select(m.c.title, span.since, span.until, m.c.id, m.c.created)
        .join(t.maintenance_span, span.maintenance_id == m.c.id)
        .where(
            span.check_id.in_(check_ids),
            span.until > now,
            span.since < now + 14 * 86_400,
            m.c.cancelled.is_(None),
        )
        .distinct()
        .order_by(span.since)
        .limit(20)
    )
    return connection.execute(query).all()
