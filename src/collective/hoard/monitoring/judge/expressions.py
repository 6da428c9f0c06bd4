"""What a rule consists of, and what it is worth: true, false or None (unknown).

Nothing here walks over members: `facts` answers from counters (`board`).
"""

from dataclasses import dataclass
from typing import ClassVar
import operator


#: Statuses that `count()` and `sources()` know.
COUNTED = ("ok", "warn", "crit", "up", "down", "unknown", "maintenance")
SEEN = ("ok", "warn", "crit", "up", "down")
STATISTICS = ("rate", "avg", "min", "max", "sum", "n", "last")
#: Seconds that a statistic looks back unless the rule says otherwise.
WINDOW = 300
LONGEST_WINDOW = 86400
COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the selected, or which share of them, have the status."""

    selector: object
    status: str
    shared: ClassVar = True
    word: ClassVar = "count"

    def measure(self, facts, unknown, percent):
        tally = facts.tallies[self.selector]
        number, total = tally.count(self.status, unknown)
        if not total:
            return None
        return number / total if percent else number

    def detail(self, facts, unknown):
        number, total = facts.tallies[self.selector].count(self.status, unknown)
        return f"{number} of {total}"

    def leaves(self):
        yield self

    def __str__(self):
        if self.status in ("up", "down"):
            return f"{self.status}({self.selector})"
        return f"count({self.selector}, {self.status})"


@dataclass(frozen=True, slots=True)
class Sources:
    """From how many sources one check is seen so."""

    check: str
    status: str
    shared: ClassVar = False
    word: ClassVar = "sources"

    def measure(self, facts, unknown, percent):
        return facts.sources[self.check].count(self.status)

    def detail(self, facts, unknown):
        return facts.sources[self.check].summary()

    def leaves(self):
        yield self

    def __str__(self):
        return f'sources("{self.check}", {self.status})'


@dataclass(frozen=True, slots=True)
class Statistic:
    """A metric of the selected checks, over the last *seconds*."""

    function: str
    metric: str
    divisor: str
    selector: object
    seconds: int

    @property
    def shared(self):
        return self.function == "rate"

    @property
    def word(self):
        return self.function

    def measure(self, facts, unknown, percent):
        return facts.windows[self].value()

    def detail(self, facts, unknown):
        return facts.windows[self].summary()

    def leaves(self):
        yield self

    def __str__(self):
        over = f" / {self.divisor}" if self.divisor else ""
        return (
            f"{self.function}({self.metric}{over} @ {self.selector}, {self.seconds} s)"
        )


@dataclass(frozen=True, slots=True)
class Compare:
    quantity: object
    sign: str
    number: float
    percent: bool = False

    def value(self, facts, unknown):
        measured = self.quantity.measure(facts, unknown, self.percent)
        if measured is None:
            return None
        # 8 of 10 is 80 %, whatever binary fractions make of it.
        return COMPARE[self.sign](round(measured, 9), round(self.number, 9))

    def why(self, facts, unknown):
        measured = self.quantity.measure(facts, unknown, self.percent)
        shown = "unknown" if measured is None else figure(measured, self.percent)
        wanted = figure(self.number, self.percent)
        detail = self.quantity.detail(facts, unknown)
        return f"{self.quantity} is {shown} ({detail}), wanted {self.sign} {wanted}"

    def parts(self):
        return ()

    def leaves(self):
        return self.quantity.leaves()

    def __str__(self):
        return f"{self.quantity} {self.sign} {figure(self.number, self.percent)}"


@dataclass(frozen=True, slots=True)
class AllUp:
    """A selector by itself: every one of the selected is up."""

    selector: object

    def value(self, facts, unknown):
        number, total = facts.tallies[self.selector].count("up", unknown)
        return number == total if total else None

    def why(self, facts, unknown):
        number, total = facts.tallies[self.selector].count("up", unknown)
        return f"{self.selector}: {number} of {total} up, wanted all"

    def parts(self):
        return ()

    def leaves(self):
        yield self

    def __str__(self):
        return str(self.selector)


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple

    def value(self, facts, unknown):
        result = True
        for part in self.operands:
            value = part.value(facts, unknown)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    def why(self, facts, unknown):
        return failing(self, facts, unknown, "; ")

    def parts(self):
        return self.operands

    def leaves(self):
        for part in self.operands:
            yield from part.leaves()

    def __str__(self):
        return "all of"


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple

    def value(self, facts, unknown):
        result = False
        for part in self.operands:
            value = part.value(facts, unknown)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    def why(self, facts, unknown):
        return failing(self, facts, unknown, "; and ")

    def parts(self):
        return self.operands

    leaves = And.leaves

    def __str__(self):
        return "any of"


@dataclass(frozen=True, slots=True)
class Not:
    operand: object

    def value(self, facts, unknown):
        value = self.operand.value(facts, unknown)
        return None if value is None else not value

    def why(self, facts, unknown):
        return f"not ({self.operand.why(facts, unknown)})"

    def parts(self):
        return (self.operand,)

    def leaves(self):
        return self.operand.leaves()

    def __str__(self):
        return "not"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``min n of (a, b, c)``: at least n of the statements are true."""

    number: int
    operands: tuple

    def value(self, facts, unknown):
        values = [part.value(facts, unknown) for part in self.operands]
        if values.count(True) >= self.number:
            return True
        possible = values.count(True) + values.count(None)
        return None if possible >= self.number else False

    def why(self, facts, unknown):
        return f"{self}: {failing(self, facts, unknown, '; ')}"

    def parts(self):
        return self.operands

    leaves = And.leaves

    def __str__(self):
        return f"min {self.number} of"


def failing(expression, facts, unknown, between):
    """Why the operands that are not true are not; false ones before unknown."""
    values = [(part, part.value(facts, unknown)) for part in expression.parts()]
    wrong = [part for part, value in values if value is False]
    wrong = wrong or [part for part, value in values if value is None]
    wrong = wrong or list(expression.parts())
    return between.join(part.why(facts, unknown) for part in wrong[:3])


def figure(number, percent=False):
    shown = f"{number * 100 if percent else number:.4g}"
    if abs(number) >= 1000 and not percent:
        shown = f"{number:.0f}"
    return f"{shown} %" if percent else shown
