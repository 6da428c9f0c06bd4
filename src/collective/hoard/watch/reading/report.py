"""Availability of many checks over any period."""

from ...monitoring.database import tables as t
from ...monitoring.history.availability import availability
from ...monitoring.interfaces import Availability
from .standings import c
from .standings import in_groups
from .standings import watched
from dataclasses import dataclass
from sqlalchemy import select


@dataclass(frozen=True, slots=True)
class Share:
    """One check and its `Availability`."""

    id: int
    name: str
    title: str
    found: Availability

    @property
    def label(self):
        return self.title or self.name


def shares(connection, since, until, group="", with_maintenance=False):
    """``(total, [Share], worst first)``; undefined ones come last.

    The total is the sum of the seconds of all checks.
    """
    query = select(c.id, c.name, c.title).where(watched())
    if group:
        query = query.where(c.id.in_(in_groups(connection, [group])))
    rows = connection.execute(query).all()
    ids = [row.id for row in rows]
    if not ids:
        return Availability(), []
    found = availability(
        connection, since, until, ids if group else None, with_maintenance
    )
    result = [Share(row.id, row.name, row.title or "", found[row.id]) for row in rows]
    result.sort(key=badness)
    return sum((one.found for one in result), Availability()), result


def badness(share):
    found = share.found
    return (
        found.of_known is None,
        found.of_known if found.of_known is not None else 0,
        -found.down,
        share.label.lower(),
    )


def first_known(connection, check_id=None):
    """UTC seconds of the oldest thing known, or None."""
    i = t.interval.c
    query = select(i.since).order_by(i.since).limit(1)
    if check_id is not None:
        query = query.where(i.check_id == check_id)
    return connection.scalar(query)
