"""What judging takes and gives: members, rules, alarms, notices, errors.

Times are UTC seconds; statuses are the words of `monitoring.interfaces`.
"""

from ..interfaces import MonitoringError
from dataclasses import dataclass


#: Checks that are worked out from others; only "rule:", "alarm:" and groups name them.
DERIVED = ("rule", "alarm")
#: What to do with members of which nothing is known.
UNKNOWN_MEMBERS = ("strict", "lenient", "excluded")
#: When the problems of a rule's members are told with the rule.
COLLAPSE = ("failed", "always", "never")
#: From good to bad, for "worst first"; unknown is worse than a warning.
BADNESS = {"unmonitored": 0, "ok": 1, "warn": 2, "unknown": 3, "crit": 4}


class RuleError(MonitoringError):
    """A rule or selector cannot be understood; the text points at the place."""

    def __init__(self, message, text, position):
        self.message, self.text, self.position = message, text, position
        super().__init__(f"{message}{self.pointer()}")

    def pointer(self):
        before = self.text[: self.position]
        line = before.count("\n") + 1
        column = self.position - (before.rfind("\n") + 1)
        shown = (self.text.splitlines() or [""])[line - 1 : line] or [""]
        return f" (line {line}, column {column + 1})\n  {shown[0]}\n  {' ' * column}^"


class Circular(MonitoringError):
    """Dependencies, groups or rules lead back to where they started."""

    def __init__(self, message, circle=()):
        super().__init__(message)
        #: Their ids.
        self.circle = tuple(circle)


class WrongSettings(MonitoringError):
    """A window, alarm, contact or policy that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """A check as selectors see it."""

    id: int
    name: str
    kind: str = "passive"
    title: str = ""
    #: Names of all groups it is in, those of groups around them too.
    groups: frozenset = frozenset()
    tags: frozenset = frozenset()
    #: Slot length in seconds: the rhythm in which it may change.
    slot: int = 600
    #: Seconds for which one sample says something.
    fresh: int = 600


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement over checks; while it is false the rule has *severity*."""

    #: Of the check that carries its history.
    id: int
    name: str
    expression: str
    #: A second statement; while it is false the rule is at least "warn".
    warning: str = ""
    unknown: str = "strict"
    severity: str = "crit"
    #: When problems of members are told with this rule only.
    collapse: str = "failed"
    #: Told past the token bucket while it is crit.
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """See `alarms`; *check_id* and *metric* say what is looked at."""

    id: int
    name: str
    check_id: int
    metric: str
    statistic: str = "avg"
    #: Seconds; periods start at multiples of it.
    period: int = 300
    comparison: str = ">"
    threshold: float = 0.0
    #: A breach ends only on the other side of this; None: the threshold.
    clear: float | None = None
    n: int = 1
    m: int = 1
    missing: str = "missing"
    severity: str = "crit"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule or alarm has become."""

    id: int
    since: int
    status: str
    reason: str
    previous: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something people may want to know; telling decides who, how and when."""

    #: problem, recovery, flapping, steady, folded, note
    kind: str
    #: 0 where it is not about a check.
    check_id: int
    name: str
    status: str
    since: int
    reason: str = ""
    previous: str | None = None
    title: str = ""
    groups: frozenset = frozenset()
    tags: frozenset = frozenset()
    #: "check", "rule", "alarm"; "source", "poller" for what is told of ourselves.
    of: str = "check"
    #: The check with whose problem this one is told ("folded").
    into: int | None = None
    #: Checks whose problems are told with this one.
    covers: tuple = ()
    exempt: bool = False
    #: Seconds that the state took (recoveries), for "down for 20 minutes".
    lasted: int | None = None

    @property
    def key(self):
        """What it is about: of one key, one incident is open at a time."""
        return f"check:{self.check_id}" if self.check_id else f"{self.of}:{self.name}"
