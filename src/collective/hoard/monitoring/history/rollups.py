"""Hours and days of a check: seconds of each kind, milliseconds, percentiles."""

from ..database.bulk import execute_many
from ..database.bulk import upsert
from ..database.tables import rollup as table
from ..interfaces import CRIT
from ..interfaces import UNKNOWN
from ..interfaces import UNMONITORED
from .availability import maintenance_spans
from .intervals import timeline
from .sketches import dumps
from .sketches import sketch_of
from .timeline import clipped
from sqlalchemy import select


HOUR, DAY = 3600, 86400
SECONDS = ("up", "down", "unknown", "unmonitored", "maintenance")
KEY = ("check_id", "period", "start")
WHOLE = upsert("rollup", KEY, (*SECONDS, "n", "sum", "min", "max", "sketch"))
REFRESHED = (
    "UPDATE rollup SET up = ?, down = ?, unknown = ?, unmonitored = ?,"
    " maintenance = ? WHERE check_id = ? AND period = ? AND start = ?"
)
MS = 6


def write_day(connection, check_id, day, rows):
    """Write the hours and the day of *rows*, all samples of that day."""
    start = day * DAY
    line = timeline(connection, check_id, start, start + DAY)
    spans = maintenance_spans(connection, check_id, start, start + DAY)
    hours = {}
    for row in rows:
        if row[MS] is not None:
            hours.setdefault((row[0] - start) // HOUR, []).append(row[MS])
    found = [
        (check_id, HOUR, begin, *seconds(line, spans, begin, begin + HOUR))
        + milliseconds(hours.get((begin - start) // HOUR, ()))
        # An hour has too few samples for a sketch; the chunk has them all.
        + (None,)
        for begin in range(start, start + DAY, HOUR)
    ]
    all_day = [ms for values in hours.values() for ms in values]
    sketch = dumps(sketch_of(all_day)) if all_day else None
    whole = (*seconds(line, spans, start, start + DAY), *milliseconds(all_day), sketch)
    execute_many(connection, WHOLE, [*found, (check_id, DAY, start, *whole)])


def seconds(line, spans, since, until):
    """``(up, down, unknown, unmonitored, maintenance)`` of [since, until)."""
    parts = clipped(line, since, until)
    away = 0
    for start, end in spans:
        start, end = max(start, since), min(end, until)
        if start < end:
            away += end - start
            parts = [*clipped(parts, since, start), *clipped(parts, end, until)]
    counts = [0, 0, 0, 0, 0]
    for row in parts:
        counts[row.status] += row.until - row.since
    up = counts[0] + counts[1]
    return up, counts[CRIT], counts[UNKNOWN], counts[UNMONITORED], away


def milliseconds(values):
    if not values:
        return 0, None, None, None
    return len(values), tenths(sum(values)), tenths(min(values)), tenths(max(values))


def tenths(ms):
    """Milliseconds as they are stored."""
    return min(round(ms * 10), 1 << 60)


def refresh(connection, check_id, since, until):
    """Count seconds anew where the log of [since, until) was rewritten."""
    c = table.c
    query = select(c.period, c.start).where(
        c.check_id == check_id, c.start > since - DAY, c.start < until
    )
    keys = [
        (period, start)
        for period, start in connection.execute(query.where(c.period.in_((HOUR, DAY))))
        if start + period > since
    ]
    if not keys:
        return
    low, high = min(s for _, s in keys), max(p + s for p, s in keys)
    line = timeline(connection, check_id, low, high)
    spans = maintenance_spans(connection, check_id, low, high)
    execute_many(
        connection,
        REFRESHED,
        [
            (*seconds(line, spans, start, start + period), check_id, period, start)
            for period, start in keys
        ],
    )
