"""Results as rows of a Markdown table: ours, the peer's, what is required."""

from dataclasses import dataclass
from dataclasses import replace
from statistics import median
from statistics import quantiles


HEADS = ("work", "collective.hoard", "compared with", "ratio", "required", "verdict")


@dataclass(frozen=True)
class Samples:
    """Measurements of one thing. ``unit`` is a key of `UNITS`."""

    values: tuple
    unit: str = "ms"

    @property
    def median(self):
        return median(self.values)

    def __str__(self):
        """The median, and between which values the middle half of them lies."""
        scale, unit = UNITS[self.unit]
        text = f"{_short(self.median * scale)}"
        if len(self.values) > 2:
            low, _, high = quantiles(self.values, n=4, method="inclusive")
            text += f" ({_short(low * scale)}–{_short(high * scale)})"
        return f"{text} {unit}".strip()


#: Name: what seconds, bytes or megabytes are multiplied with, and shown as.
UNITS = {
    "ns": (1e9, "ns"),
    "ms": (1e3, "ms"),
    "s": (1, "s"),
    "KB": (1e-3, "KB"),
    "MB": (1, "MB"),
    "": (1, ""),
}


@dataclass(frozen=True)
class Row:
    """One line of the report; ``passed`` is None where nothing is required."""

    work: str
    ours: object
    other: object = "–"
    ratio: float | None = None
    required: str = "–"
    passed: bool | None = None

    @property
    def cells(self):
        ratio = "–" if self.ratio is None else f"{self.ratio:.3g}"
        verdict = {True: "pass", False: "MISS", None: "–"}[self.passed]
        return (self.work, self.ours, self.other, ratio, self.required, verdict)


def compare(work, ours, other, limit=None, note="", told=""):
    """A `Row` for two `Samples`, the second of which may be None: not measured.

    :param limit: what ``ours / other`` may reach at most.
    :param note: comes before the other's figure.
    :param told: how *limit* is written.
    """
    required = told or ("–" if limit is None else f"at most {limit:g}")
    if other is None:
        return Row(work, ours, "not measured", None, required)
    ratio = ours.median / other.median if other.median else None
    passed = None if limit is None or ratio is None else ratio <= limit
    return Row(work, ours, f"{note}{other}", ratio, required, passed)


def in_rounds(work, ours, other, limit=None, note="", told=""):
    """As `compare`, of values that were measured in turns: the ratio is the median
    of those of the rounds, and their middle half is shown. What slows a round down
    does so to both.
    """
    pairs = zip(ours.values, other.values, strict=True)
    ratios = tuple(one / two for one, two in pairs if two)
    row = compare(work, ours, other, limit, note, told)
    if not ratios:
        return row
    ratio = median(ratios)
    passed = None if limit is None else ratio <= limit
    shown = f"{row.other}; by round {Samples(ratios, '')}"
    return replace(row, other=shown, ratio=ratio, passed=passed)


def report(rows):
    """The Markdown table of *rows*, all of one kind."""
    heads = getattr(rows[0], "heads", HEADS) if rows else HEADS
    return table(heads, [row.cells for row in rows])


def table(heads, rows):
    """A Markdown table; every cell is turned into text."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _short(value):
    """Three digits that matter; no more than a noisy machine can tell."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
