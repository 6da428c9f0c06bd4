"""Metering: what callers may rely on.

Days are those of UTC, so that the report does not depend on who looks.
"""

from ...exceptions import HoardError
from dataclasses import dataclass


class WrongMonth(HoardError, ValueError):
    """That is no month, or one to come; write it as 2026-11."""


class NewerLayout(HoardError):
    """A newer version of the add-on wrote what was metered; update it here."""


@dataclass(frozen=True, slots=True)
class DayUse:
    """One day of one form.

    ``day``: a `datetime.date`. ``submissions``: all that came, whether they
    are still kept or not. ``searches``: asked for this form alone. ``bytes``
    at the end of the day and ``peak``: an estimate, None before the first
    measurement.
    """

    day: object
    submissions: int = 0
    searches: int = 0
    bytes: int | None = None
    peak: int | None = None


@dataclass(frozen=True, slots=True)
class FormUse:
    """One form in one month; ``days`` has a `DayUse` for each day until today.

    ``uid`` "" stands for searches over the whole site.
    """

    uid: str
    title: str
    days: tuple

    @property
    def submissions(self):
        return sum(day.submissions for day in self.days)

    @property
    def searches(self):
        return sum(day.searches for day in self.days)

    @property
    def bytes(self):
        """At the end of the month, or now."""
        return self.days[-1].bytes if self.days else None

    @property
    def peak(self):
        return max((d.peak for d in self.days if d.peak is not None), default=None)

    @property
    def average(self):
        """Mean of the days' ends: what byte-days are billed by."""
        known = [day.bytes for day in self.days if day.bytes is not None]
        return round(sum(known) / len(known)) if known else None


@dataclass(frozen=True, slots=True)
class MonthUse:
    """``month``: 2026-11. ``made``: aware datetime. ``complete``: the month is
    over, so that no number of it changes but by imports of older submissions."""

    month: str
    made: object
    complete: bool
    forms: tuple
