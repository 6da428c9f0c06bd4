"""Everything that is known now, read once: what all outputs are made of."""

from ..database.tables import check as checks
from ..database.tables import group
from ..database.tables import group_member
from ..database.tables import metric
from ..database.tables import standing
from ..database.tables import state
from ..history.reading import effective
from ..history.reading import poller_heartbeat
from ..interfaces import STATUSES
from ..interfaces import WrongUse
from ..judge.interfaces import DERIVED
from dataclasses import dataclass
from sqlalchemy import func
from sqlalchemy import select


@dataclass(frozen=True, slots=True)
class Fact:
    """How one check stands. ``since`` in UTC seconds or None; ``seconds`` is how
    long the newest result took, or None; ``time`` when that was."""

    name: str
    title: str
    kind: str
    status: str
    since: int | None
    seconds: float | None
    time: int | None


@dataclass(frozen=True, slots=True)
class Number:
    """The newest number of a metric of a check."""

    check: str
    name: str
    unit: str
    number: float


@dataclass(frozen=True, slots=True)
class Facts:
    """``heartbeat`` is when the poller last said that it lives, or None."""

    checks: tuple
    numbers: tuple
    heartbeat: int | None
    now: float

    @property
    def counts(self):
        """``{status: number of checks}``, all five."""
        found = dict.fromkeys(STATUSES, 0)
        for one in self.first_hand:
            found[one.status] += 1
        return found

    @property
    def first_hand(self):
        """The checks without rules and alarms, which say of them what is known."""
        return [one for one in self.checks if one.kind not in DERIVED]


def read_facts(connection, now, group_name=None):
    """The `Facts` of all checks, or of those in a group, by name.

    :raises WrongUse: There is no such group.
    """
    where = [checks.c.removed.is_(None)]
    if group_name is not None:
        members = select(group_member.c.check_id).join(group)
        where.append(checks.c.id.in_(members.where(group.c.name == group_name)))
        own = select(group.c.id).where(group.c.name == group_name)
        if connection.execute(own).first() is None:
            raise WrongUse(f"There is no group {group_name!r}.")
    return Facts(
        tuple(_checks(connection, now, where)),
        tuple(_numbers(connection, where)),
        poller_heartbeat(connection),
        now,
    )


def _checks(connection, now, where):
    newest = (
        select(
            state.c.check_id,
            func.min(state.c.ms).label("ms"),
            func.max(state.c.time).label("time"),
        )
        .group_by(state.c.check_id)
        .subquery()
    )
    joined = checks.outerjoin(standing, standing.c.check_id == checks.c.id)
    joined = joined.outerjoin(newest, newest.c.check_id == checks.c.id)
    status = effective(now).label("status")
    query = select(
        checks.c.name,
        checks.c.title,
        checks.c.kind,
        status,
        standing.c.since,
        newest.c.ms,
        newest.c.time,
    )
    for row in connection.execute(
        query.select_from(joined).where(*where).order_by(checks.c.name)
    ):
        seconds = None if row.ms is None else row.ms / 1000
        yield Fact(
            row.name,
            row.title or row.name,
            row.kind,
            STATUSES[row.status],
            row.since,
            seconds,
            row.time,
        )


def _numbers(connection, where):
    query = (
        select(checks.c.name.label("check"), metric.c.name, metric.c.unit)
        .add_columns(metric.c.number)
        .select_from(metric.join(checks, checks.c.id == metric.c.check_id))
        .where(*where, metric.c.number.is_not(None))
        .order_by(checks.c.name, metric.c.name)
    )
    for row in connection.execute(query):
        yield Number(row.check, row.name, row.unit or "", row.number)
