"""Groups as everybody may see them, read by as few queries for many checks as for one."""

from ...monitoring.database import tables as t
from ...monitoring.history.availability import availability
from ...monitoring.history.intervals import timelines
from ...monitoring.interfaces import Availability
from ...monitoring.interfaces import STATUSES
from .before import told_apart
from .before import watched_from
from .standings import c
from .standings import JOINED
from .standings import ORDER
from .standings import read_nesting
from .standings import status_now
from .standings import watched
from .standings import within
from .standings import worst
from .standings import worst_first
from collections import Counter
from dataclasses import dataclass
from sqlalchemy import select


@dataclass(frozen=True, slots=True)
class PublicLine:
    """A check with the title that people gave it, and its `Availability`."""

    id: int
    title: str
    status: str
    share: Availability


@dataclass(frozen=True, slots=True)
class PublicGroup:
    """*share* is the sum over all its checks, *lines* are those that are shown."""

    title: str
    status: str
    lines: list
    share: Availability


def members(connection, names):
    """``{(name, title): {check ids}}`` of those of these groups that there are,
    with the checks of groups within them, by title.
    """
    nesting, g, m = read_nesting(connection), t.group.c, t.group_member.c
    rows = connection.execute(select(g.id, g.name, g.title).where(g.name.in_(names)))
    inner = {row: within(nesting, [row.id]) for row in rows}
    wanted, of_group = set().union(*inner.values()), {}
    query = select(m.group_id, m.check_id).where(m.group_id.in_(wanted))
    for group_id, check_id in connection.execute(query):
        of_group.setdefault(group_id, set()).add(check_id)
    found = {
        (row.name, row.title or row.name): set().union(
            *(of_group.get(number, ()) for number in numbers)
        )
        for row, numbers in inner.items()
    }
    return dict(sorted(found.items(), key=lambda item: item[0][1].lower()))


def groups(connection, found, since, now, most):
    """`PublicGroup`s of *found*, what `members` says, with *most* lines in all."""
    ids = set().union(*found.values())
    status = status_now(now).label("status_now")
    query = select(c.id, c.title, status).select_from(JOINED)
    query = query.where(watched(), c.id.in_(ids)).order_by(*worst_first(now))
    rows = connection.execute(query).all()
    numbers = [row.id for row in rows]
    shares = availability(connection, since, now, numbers) if numbers else {}
    result = []
    for (_name, title), inside in found.items():
        own = [row for row in rows if row.id in inside]
        lines = [
            PublicLine(row.id, row.title, STATUSES[row.status_now], shares[row.id])
            for row in own
            if row.title
        ][:most]
        most -= len(lines)
        total = sum((shares[row.id] for row in own), Availability())
        result.append(PublicGroup(title, worst_of(own), lines, total))
    return result


def worst_of(rows):
    counts = Counter(STATUSES[row.status_now] for row in rows)
    return worst({name: counts[name] for name in ORDER})


def histories(connection, ids, since, until):
    """``{check id: [(since, until, status)]}`` without gaps, oldest first."""
    edges = watched_from(connection, ids)
    return {
        key: [row[:3] for row in told_apart(rows, edges.get(key))]
        for key, rows in timelines(connection, ids, since, until).items()
    }
