"""Rules and alarms: how they stand and why."""

from ...monitoring.database import tables as t
from ...monitoring.interfaces import UnknownCheck
from ...monitoring.judge.explain import explained
from ...monitoring.judge.loading import load
from .standings import lines
from dataclasses import dataclass
from sqlalchemy import select


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with the `Line` of the check that carries its history, or None."""

    name: str
    title: str
    expression: str
    enabled: bool
    line: object

    @property
    def label(self):
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class AlarmLine:
    name: str
    title: str
    condition: str
    enabled: bool
    line: object

    @property
    def label(self):
        return self.title or self.name


def rules(connection, now):
    r = t.rule
    rows = connection.execute(select(r).order_by(r.c.name)).all()
    known = standing(connection, now, rows)
    return [
        RuleLine(
            row.name,
            row.title or "",
            row.expression,
            bool(row.enabled),
            known.get(row.check_id),
        )
        for row in rows
    ]


def alarms(connection, now):
    a = t.alarm
    rows = connection.execute(select(a).order_by(a.c.name)).all()
    known = standing(connection, now, rows)
    return [
        AlarmLine(
            row.name,
            row.title or "",
            condition(row),
            bool(row.enabled),
            known.get(row.check_id),
        )
        for row in rows
    ]


def condition(row):
    """``avg of 300 s > 0.5 in 2 of 3`` as the alarm's columns have it."""
    metric = row._mapping.get("metric") or ""
    return (
        f"{row.statistic}({metric}) {row.comparison} {row.threshold:g},"
        f" {row.m}/{row.n} x {row.period} s"
    )


def standing(connection, now, rows):
    ids = [row.check_id for row in rows if row.check_id]
    return {line.id: line for line in lines(connection, now, ids)}


def explanation(connection, now, name):
    """Lines of text: what each part of a rule is worth now; None if there is none.

    Reads all checks: ask for one rule at a time.
    """
    picture, complaints = load(connection, now)
    try:
        return [*explained(picture, name), *complaints]
    except UnknownCheck:
        return complaints or None
