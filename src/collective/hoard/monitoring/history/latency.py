"""Milliseconds over time, for charts and percentiles, from whatever is kept."""

from ..database.tables import rollup
from .packing import samples_between
from .rollups import DAY
from .rollups import HOUR
from .rollups import MS
from .sketches import loads
from .sketches import merged
from .sketches import sketch_of
from dataclasses import dataclass
from sqlalchemy import select


@dataclass(slots=True)
class Bucket:
    """One pixel column: [start, start + width of the period / columns)."""

    start: float
    n: int = 0
    sum: float = 0.0
    min: float | None = None
    max: float | None = None

    @property
    def avg(self):
        """Between min and max, though roll-ups round all three."""
        return min(max(self.sum / self.n, self.min), self.max) if self.n else None

    def add(self, n, total, low, high):
        self.n += n
        self.sum += total
        self.min = low if self.min is None else min(self.min, low)
        self.max = high if self.max is None else max(self.max, high)


def latency(connection, check_id, since, until, width=600):
    """At most *width* `Bucket`s of [since, until), those with samples only.

    From samples and chunks where a column is shorter than an hour, from the
    roll-ups of hours or days otherwise; a day not yet rolled up is read from
    its samples, and one whose samples are gone from its roll-up.
    """
    width = max(1, min(int(width), 5000))
    step = (until - since) / width
    found = {}
    for time, n, total, low, high in points(connection, check_id, since, until, step):
        place = min(max(int((time - since) / step), 0), width - 1)
        if place not in found:
            found[place] = Bucket(since + place * step)
        found[place].add(n, total, low, high)
    return [found[place] for place in sorted(found)]


def points(connection, check_id, since, until, step):
    """``(time, n, sum, min, max)``, not sorted."""
    days = set(range(int(since) // DAY, int(-(-until // DAY))))
    for period in (DAY, HOUR):
        if step >= period:
            rows = rolled_up(connection, check_id, period, since, until)
            rows = [row for row in rows if row[0] // DAY in days]
            yield from (row for row in rows if row[1])
            days -= {row[0] // DAY for row in rows}
    seen = set()
    for low, high in runs(sorted(days)):
        low, high = max(low * DAY, since), min(high * DAY, until)
        for row in samples_between(connection, check_id, low, high):
            seen.add(row[0] // DAY)
            if row[MS] is not None:
                yield row[0], 1, row[MS], row[MS], row[MS]
    gone = days - seen
    if gone:
        for row in rolled_up(connection, check_id, DAY, since, until):
            if row[1] and row[0] // DAY in gone:
                yield row


def rolled_up(connection, check_id, period, since, until):
    c = rollup.c
    query = select(c.start, c.n, c.sum, c.min, c.max).where(
        c.check_id == check_id,
        c.period == period,
        c.start > since - period,
        c.start < until,
    )
    return [
        (start, n, total / 10, low / 10, high / 10) if n else (start, 0, 0, 0, 0)
        for start, n, total, low, high in connection.execute(query)
    ]


def runs(numbers):
    """``(first, last + 1)`` of each run of neighbours."""
    result = []
    for number in numbers:
        if result and result[-1][1] == number:
            result[-1][1] = number + 1
        else:
            result.append([number, number + 1])
    return result


def percentiles(connection, check_id, since, until, quantiles=(0.5, 0.95, 0.99)):
    """``{quantile: milliseconds}``, right to within 2 %; empty without samples.

    Whole days are taken from their sketches, the rest from the samples.
    """
    c = rollup.c
    query = select(c.start, c.n, c.sketch).where(
        c.check_id == check_id,
        c.period == DAY,
        c.start >= since,
        c.start <= until - DAY,
    )
    rows = connection.execute(query).all()
    sketches = [loads(row.sketch) for row in rows if row.sketch]
    whole = {row.start // DAY for row in rows}
    rest = set(range(int(since) // DAY, int(-(-until // DAY)))) - whole
    values = []
    for low, high in runs(sorted(rest)):
        low, high = max(low * DAY, since), min(high * DAY, until)
        found = samples_between(connection, check_id, low, high)
        values += [row[MS] for row in found if row[MS] is not None]
    sketch = merged([*sketches, sketch_of(values)])
    if not sketch.count:
        return {}
    return {one: sketch.get_quantile_value(one) for one in quantiles}
