"""Seconds up, down, unknown, unmonitored and in maintenance (R8)."""

from ..database.tables import check as checks
from ..database.tables import maintenance_span as spans
from ..interfaces import Availability
from ..interfaces import CRIT
from ..interfaces import UNMONITORED
from ..interfaces import WARN
from ..interfaces import WrongUse
from . import meta
from .timeline import END
from sqlalchemy import select
from sqlalchemy import text


# A verdict at the end of the log holds until an open slot has another one, and
# not longer than it is fresh; that of a rule or alarm, as long as they are judged.
# The subquery runs for open rows only.
SUMS = """
SELECT check_id,
    SUM(CASE WHEN status <= :warn THEN seconds ELSE 0 END) AS up,
    SUM(CASE WHEN status = :crit THEN seconds ELSE 0 END) AS down,
    SUM(CASE WHEN status = :unmonitored THEN seconds ELSE 0 END) AS unmonitored
FROM (
    SELECT check_id, status, {least}(COALESCE(until,
        (SELECT MIN(pending.since) FROM pending
            WHERE pending.check_id = interval_.check_id
            AND pending.since <= interval_.expires),
        expires, CASE status WHEN :unmonitored THEN :the_end ELSE :judged END),
        :until) - {greatest}(since, :since) AS seconds
    FROM interval_
    WHERE since < :until AND (until IS NULL OR until > :since)
        AND status <> 3 {where}
) AS clipped WHERE seconds > 0 GROUP BY check_id
"""
FUNCTIONS = {"sqlite": ("MIN", "MAX"), "postgresql": ("LEAST", "GREATEST")}
#: More checks than that are not named in the query but picked from the answer.
NAMED = 500


def availability(connection, since, until, check_ids=None, with_maintenance=False):
    """``{check id: Availability}`` of [since, until), of all checks by default.

    Time in maintenance is counted apart; with *with_maintenance* it counts as
    what it was.  Slots still open count with their provisional verdict.

    :raises WrongUse: The period is empty.
    """
    if not since < until:
        raise WrongUse("The period must end after it begins.")
    wanted = set(known(connection, check_ids))
    result = dict.fromkeys(sorted(wanted), (0, 0, 0))
    for key, *found in sums(connection, since, until, check_ids):
        if key in wanted:
            result[key] = tuple(number(value) for value in found)
    add_pending(connection, since, until, result)
    add_before(connection, since, until, result)
    period = number(until - since)
    result = {
        key: Availability(up, down, number(period - up - down - off), off)
        for key, (up, down, off) in result.items()
    }
    if not with_maintenance:
        result |= apart(connection, since, until, result)
    return result


def known(connection, check_ids):
    if check_ids is None:
        return connection.scalars(select(checks.c.id))
    return check_ids


def number(value):
    """Whole seconds as int, whatever the driver made of them."""
    value = float(value) if not isinstance(value, int) else value
    return int(value) if value == int(value) else value


def sums(connection, since, until, check_ids=None):
    least, greatest = FUNCTIONS[connection.dialect.name]
    where = ""
    if check_ids is not None and len(check_ids) <= NAMED:
        where = f"AND check_id IN ({', '.join(str(int(i)) for i in check_ids)})"
    query = SUMS.format(least=least, greatest=greatest, where=where)
    values = {"since": since, "until": until, "the_end": END}
    judged = meta.judged_until(connection)
    values["judged"] = END if judged is None else judged
    values |= {"warn": WARN, "crit": CRIT, "unmonitored": UNMONITORED}
    return connection.execute(text(query), values)


PENDING = "SELECT check_id, since, until, status FROM pending ORDER BY check_id, since"


def add_pending(connection, since, until, result):
    rows = connection.execute(text(PENDING)).all()
    for place, (key, start, end, status) in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        if following and following[0] == key:
            end = min(end, following[1])
        seconds = min(end, until) - max(start, since)
        if key in result and seconds > 0 and status <= CRIT:
            up, down, off = result[key]
            down += seconds if status == CRIT else 0
            up += seconds if status != CRIT else 0
            result[key] = up, down, off


BEFORE = """
SELECT id, monitored_since, (SELECT MIN(since) FROM interval_ WHERE check_id = id),
    (SELECT MIN(since) FROM pending WHERE check_id = id)
FROM check_ WHERE monitored_since > :since
"""


def add_before(connection, since, until, result):
    """Before it was watched a check is unmonitored, unless something is known."""
    for key, watched, *firsts in connection.execute(text(BEFORE), {"since": since}):
        # The verdict of a slot is one of all of it, from its beginning on.
        edge = min([watched, until, *(one for one in firsts if one is not None)])
        if key in result and edge > since:
            up, down, off = result[key]
            result[key] = up, down, off + edge - since


def apart(connection, since, until, result):
    """`Availability` of the checks that were in maintenance, that time apart."""
    query = (
        select(spans.c.check_id, spans.c.since, spans.c.until)
        .where(spans.c.since < until, spans.c.until > since)
        .order_by(spans.c.check_id, spans.c.since)
    )
    windows = {}
    for key, start, end in connection.execute(query):
        if key in result:
            add_span(windows.setdefault(key, []), max(start, since), min(end, until))
    return without(connection, result, windows)


def maintenance_spans(connection, check_id, since, until):
    """``[(since, until)]`` of a check's maintenance, clipped, none overlapping."""
    query = select(spans.c.since, spans.c.until).where(
        spans.c.check_id == check_id, spans.c.since < until, spans.c.until > since
    )
    result = []
    for start, end in connection.execute(query.order_by(spans.c.since)):
        add_span(result, max(start, since), min(end, until))
    return result


def add_span(spans, start, end):
    """Add a span to *spans*, which come by their start, so that none overlap."""
    if spans and start <= spans[-1][1]:
        spans[-1] = spans[-1][0], max(spans[-1][1], end)
    else:
        spans.append((start, end))


def without(connection, whole, windows):
    """`Availability` of the checks of *windows*, ``{check id: [span]}``, as they
    are in *whole* with these spans apart. As many queries as there are spans.
    """
    checks_of = {}
    for key, those in windows.items():
        for span in those:
            checks_of.setdefault(span, []).append(key)
    result = {key: whole[key] for key in windows}
    for (start, end), keys in checks_of.items():
        parts = availability(connection, start, end, keys, True)
        for key in keys:
            result[key] = less(result[key], parts[key], end - start)
    return result


def less(whole, part, seconds):
    return Availability(
        whole.up - part.up,
        whole.down - part.down,
        whole.unknown - part.unknown,
        whole.unmonitored - part.unmonitored,
        whole.maintenance + seconds,
    )
