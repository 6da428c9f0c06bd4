"""What the parts of monitoring say to each other: samples, changes, errors.

Times are UTC seconds since 1970.  Plain data; nothing here touches a database.
"""

from ..exceptions import HoardError
from dataclasses import dataclass
from dataclasses import field


#: In the database a status is its place in this tuple: the greater, the worse,
#: among the first three.  A sample has only one of those three.
STATUSES = ("ok", "warn", "crit", "unknown", "unmonitored")
OK, WARN, CRIT, UNKNOWN, UNMONITORED = range(5)
#: Of what a check's history may consist for availability: up is ok and warn.
UP, DOWN = (OK, WARN), (CRIT,)

#: How the samples of one slot become one verdict (R3).
POLICIES = ("best", "worst", "last", "m of n")
#: Only "local" and "satellite" check actively, so that R9 can doubt them.
SOURCE_KINDS = ("local", "satellite", "push", "import")
ACTIVE_KINDS = ("local", "satellite")


#: Seconds: no check has a longer interval, slot or life of its results.
LONGEST_RHYTHM = 31 * 86_400


class MonitoringError(HoardError):
    """Base class of the errors of monitoring; the text is for a person."""


class WrongUse(MonitoringError):
    """A command or function was called with something it cannot work with."""


class UnknownCheck(WrongUse):
    """There is no check of that name."""


class SampleRefused(MonitoringError):
    """This sample is not stored; the text says why."""


class DatabaseUnusable(MonitoringError):
    """The monitoring database cannot be used now; the text says what to do."""


class DatabaseMissing(DatabaseUnusable):
    """There is no database at that place, or no tables in it."""


class DatabaseLocked(DatabaseUnusable):
    """Somebody else writes for longer than we wait; trying again may help."""


class DatabaseSlow(DatabaseUnusable):
    """An answer took longer than allowed and was given up; nothing was changed."""


class DatabaseFull(DatabaseUnusable):
    """The disk is full, or a limit of the database's size is reached."""


class DatabaseDown(DatabaseUnusable):
    """The database server does not answer, or the file cannot be read."""


class SchemaOlder(DatabaseUnusable):
    """The tables are of an older version: ``hoard-poller migrate`` helps."""


class SchemaNewer(DatabaseUnusable):
    """The tables were made by a newer version of this package."""


@dataclass(slots=True)
class Sample:
    """One result of one check as one source saw it."""

    #: The check's name, or its number.
    check: str | int
    source: str
    #: UTC seconds; fractions are kept to the microsecond.
    time: float
    #: "ok", "warn" or "crit"; unknown is never a sample.
    status: str
    #: E.g. the HTTP status; 0 is "no answer"; None when there is no such thing.
    code: int | None = None
    #: Milliseconds the check took.
    ms: float | None = None
    #: What the check said, for people.
    text: str = ""
    #: Short word for what went wrong: resolve, refused, timeout, tls, ...
    reason: str = ""
    #: ``{name: (number, unit)}``
    values: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a check has become, to be judged by rules and told to people.

    With *provisional* the slot is still open: the status is shown, but is not
    in the change log, and may change once more before the slot is closed.
    """

    check_id: int
    since: int
    until: int | None
    status: str
    code: int | None
    reason: str
    #: The status before it, or None for the first.
    previous: str | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """One row of the change log; *until* is None while it lasts."""

    since: int
    until: int | None
    status: str
    code: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An error that did not count, because its slot's verdict is ok."""

    time: float
    source: str
    status: str
    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Availability:
    """Seconds of a period; each second of it is in exactly one of the five.

    Sums of adjacent periods may be added field by field.
    """

    up: int = 0
    down: int = 0
    unknown: int = 0
    unmonitored: int = 0
    maintenance: int = 0

    def __add__(self, other):
        return Availability(
            self.up + other.up,
            self.down + other.down,
            self.unknown + other.unknown,
            self.unmonitored + other.unmonitored,
            self.maintenance + other.maintenance,
        )

    @property
    def period(self) -> int:
        """Seconds that the shares speak of: all but maintenance."""
        return self.up + self.down + self.unknown + self.unmonitored

    @property
    def of_known(self) -> float | None:
        """1 - down/(up+down); None, never 100 %, when nothing is known."""
        known = self.up + self.down
        return 1 - self.down / known if known else None

    @property
    def of_period(self) -> float | None:
        """1 - down/period, as the article has it; None when nothing is known."""
        known = self.up + self.down
        return 1 - self.down / self.period if known else None

    @property
    def coverage(self) -> float | None:
        """The share of the period of which something is known."""
        return (self.up + self.down) / self.period if self.period else None


@dataclass(slots=True)
class Recorded:
    """What became of a batch of samples."""

    changes: list = field(default_factory=list)
    stored: int = 0
    duplicates: int = 0
    #: ``[(sample, why)]``
    refused: list = field(default_factory=list)
