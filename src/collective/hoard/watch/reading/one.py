"""Everything about one check."""

from ...monitoring.checks.common import common_of
from ...monitoring.checks.interfaces import CheckUnusable
from ...monitoring.database import tables as t
from ...monitoring.database.tables_poller import problem
from ...monitoring.database.tables_poller import timing
from ...monitoring.history import latency
from ...monitoring.history.availability import availability
from ...monitoring.history.intervals import suppressed_errors
from ...monitoring.history.intervals import timeline
from ...monitoring.history.packing import samples_between
from ...monitoring.interfaces import OK
from ...monitoring.interfaces import STATUSES
from .before import told_apart
from .before import watched_from
from dataclasses import dataclass
from sqlalchemy import func
from sqlalchemy import select


PHASES = ("resolve", "connect", "tls", "first_byte", "transfer")
#: Columns of a stored sample. Code 0 is "no answer": its time is the time-out.
TIME, STATUS, CODE, MS = 0, 3, 4, 6
PERCENTILES = (50, 90, 95, 99)
#: Seconds up to which each sample is looked at.
LONG = 32 * 86_400
#: So many rows of a list are shown on the page.
MOST = 50


def find(connection, key):
    """The row of a check by its number, or None; removed ones are found, too."""
    return connection.execute(select(t.check).where(t.check.c.id == key)).one_or_none()


def by_name(connection, name):
    return connection.execute(
        select(t.check).where(t.check.c.name == name)
    ).one_or_none()


def regime(connection, check_id):
    """The rules by which it is judged now, a row, or None."""
    r = t.regime
    query = select(r).where(r.c.check_id == check_id).order_by(r.c.since.desc())
    return connection.execute(query.limit(1)).one_or_none()


def sources(connection, check_id):
    """The newest result of each source, newest first."""
    s = t.state.c
    query = (
        select(
            s.time, s.status, s.code, s.ms, s.reason, s.text, s.fails, t.source.c.name
        )
        .join(t.source, t.source.c.id == s.source_id)
        .where(s.check_id == check_id)
        .order_by(s.time.desc())
    )
    return [
        {**row._mapping, "status": STATUSES[row.status]}
        for row in connection.execute(query)
    ]


def phases(connection, check_id):
    """``[(phase, milliseconds)]`` of the newest answer; empty where none is known."""
    query = select(timing).where(timing.c.check_id == check_id)
    row = connection.execute(query.order_by(timing.c.time.desc()).limit(1)).first()
    if row is None:
        return []
    return [
        (name, row._mapping[name]) for name in PHASES if row._mapping[name] is not None
    ]


def problems(connection, row):
    """``[(satellite, text)]``: why the check *row* does not run.

    *satellite* is "" for the poller itself. What one says that is not to run it any
    more is left out: it may be gone for good.
    """
    s = t.source.c
    query = select(s.name, s.kind, problem.c.text).join(t.source)
    said = connection.execute(query.where(problem.c.check_id == row.id)).all()
    places = places_of(row)
    return sorted(
        (name if kind == "satellite" else "", text)
        for name, kind, text in said
        if kind != "satellite" or name in places
    )


def places_of(row):
    """The satellites that are to run it."""
    try:
        return common_of(row.params).where
    except (CheckUnusable, AttributeError):
        return ()


def metrics(connection, check_id):
    """``[(name, number, unit, time)]`` of the newest values."""
    m = t.metric.c
    query = select(m.name, m.number, m.unit, m.time).where(
        m.check_id == check_id, m.number.is_not(None)
    )
    return connection.execute(query.order_by(m.name).limit(MOST)).all()


def groups(connection, check_id):
    """Names of the groups it is in, and its tags."""
    g, m = t.group.c, t.group_member.c
    query = select(g.name).join(t.group_member, m.group_id == g.id)
    names = connection.scalars(query.where(m.check_id == check_id).order_by(g.name))
    tags = select(t.tag.c.name).where(t.tag.c.check_id == check_id)
    return list(names), list(connection.scalars(tags.order_by(t.tag.c.name)))


def history(connection, check_id, since, until):
    """``[(since, until, status, code, reason)]`` without gaps, oldest first.

    The first begins when it began, which may be before *since*.  Before a check
    was watched it is not monitored; that begins at *since*.
    """
    edge = watched_from(connection, [check_id]).get(check_id)
    first = min(begin_of(connection, check_id, since, edge), since)
    rows = timeline(connection, check_id, first, until)
    return told_apart([row for row in rows if row.until > since], edge)


def begin_of(connection, check_id, moment, edge):
    """When the row of the log began that holds at *moment*, or one before it."""
    i = t.interval.c
    query = select(func.max(i.since)).where(i.check_id == check_id, i.since <= moment)
    found = connection.scalar(query)
    if found is None:
        return moment if edge is None else edge
    return found


def suppressed(connection, check_id, since, until):
    """``(how many, the newest `Suppressed`)``"""
    s = t.suppressed.c
    here = (s.check_id == check_id, s.time >= since, s.time < until)
    count = connection.scalar(
        select(func.count()).select_from(t.suppressed).where(*here)
    )
    newest = connection.scalars(
        select(s.time).where(*here).order_by(s.time.desc()).limit(MOST)
    ).all()
    if not newest:
        return 0, []
    found = suppressed_errors(connection, check_id, newest[-1], until)
    return count, found[::-1][:MOST]


def share(connection, check_id, since, until, with_maintenance=False):
    """The `Availability` of one check."""
    found = availability(
        connection, since, until, [check_id], with_maintenance=with_maintenance
    )
    return found[check_id]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Samples of one piece of time: milliseconds, None where none were measured."""

    start: int
    low: float | None
    high: float | None
    middle: float | None
    failed: int


def latencies(connection, check_id, since, until, width):
    """``(at most *width* `Bucket`s, {percentile: ms})``, empty ones left out.

    The lowest and highest of each are kept: a peak is never averaged away.
    """
    if until - since > LONG:
        return rolled_up(connection, check_id, since, until, width)
    step = max(-(-(until - since) // width), 1)
    found, all_ms = {}, []
    for row in samples_between(connection, check_id, since, until):
        values, bad = found.setdefault((row[TIME] - since) // step, ([], []))
        if row[MS] is not None and row[CODE] != 0:
            values.append(row[MS])
        if row[STATUS] != OK:
            bad.append(row[TIME])
    buckets = []
    for place in sorted(found):
        values, bad = found[place]
        all_ms += values
        values.sort()
        middle = values[len(values) // 2] if values else None
        ends = (values[0], values[-1]) if values else (None, None)
        buckets.append(Bucket(since + place * step, *ends, middle, len(bad)))
    return buckets, percentiles(all_ms)


def rolled_up(connection, check_id, since, until, width):
    """The same from roll-ups, where the middle is the average."""
    found = latency.latency(connection, check_id, since, until, width)
    buckets = [Bucket(int(b.start), b.min, b.max, b.avg, 0) for b in found if b.n]
    shares = [p / 100 for p in PERCENTILES]
    known = latency.percentiles(connection, check_id, since, until, shares)
    return buckets, {
        p: known[s]
        for p, s in zip(PERCENTILES, shares, strict=True)
        if known.get(s) is not None
    }


def percentiles(values):
    """``{50: ms, ...}``; empty where there is nothing to speak of."""
    if not values:
        return {}
    values = sorted(values)
    last = len(values) - 1
    return {p: values[min(round(last * p / 100), last)] for p in PERCENTILES}
