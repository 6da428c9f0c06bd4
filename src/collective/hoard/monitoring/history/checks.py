"""The checks as the history needs them: rules, pauses, grace."""

from ..database.tables import check as checks
from ..database.tables import pause as pauses
from ..database.tables import regime as regimes
from .slots import Pauses
from .slots import Regimes
from dataclasses import dataclass
from functools import lru_cache
from sqlalchemy import select


@dataclass(slots=True)
class Check:
    id: int
    name: str
    grace: int
    reference: bool
    regimes: Regimes
    pauses: Pauses


def load(connection, check_id=None):
    """All checks, or one: ``{id: Check}``; without rules there is no history."""
    query = select(checks.c.id, checks.c.name, checks.c.grace, checks.c.reference)
    of_rules = select(regimes)
    of_pauses = select(
        pauses.c.check_id, pauses.c.since, pauses.c.until, pauses.c.reason
    ).order_by(pauses.c.check_id, pauses.c.since)
    if check_id is not None:
        query = query.where(checks.c.id == check_id)
        of_rules = of_rules.where(regimes.c.check_id == check_id)
        of_pauses = of_pauses.where(pauses.c.check_id == check_id)
    rules = grouped(connection.execute(of_rules))
    breaks = grouped(connection.execute(of_pauses))
    # Most checks have the same rules, and no pauses: the same objects.
    regimes_of, unpaused = lru_cache(Regimes.of), Pauses()
    return {
        row.id: Check(
            row.id,
            row.name,
            row.grace,
            row.reference,
            regimes_of(tuple(rules[row.id])),
            Pauses(breaks[row.id]) if row.id in breaks else unpaused,
        )
        for row in connection.execute(query)
        if row.id in rules
    }


def grouped(rows):
    """``{first column: [the other columns]}``"""
    result = {}
    for key, *rest in rows:
        result.setdefault(key, []).append(tuple(rest))
    return result
