"""After a start: what rules over sources and metrics would have seen lately."""

from ..database import tables as t
from ..interfaces import STATUSES
from sqlalchemy import select


def load_facts(connection, picture, now):
    """Fill the board's sources and windows from what is stored."""
    load_sources(connection, picture, now)
    load_windows(connection, picture, now)


def load_sources(connection, picture, now):
    board = picture.board
    ids = {board.names[name]: name for name in board.sources if name in board.names}
    c = t.state.c
    query = select(c.check_id, t.source.c.name, c.status, c.time).join(
        t.source, t.source.c.id == c.source_id
    )
    for check_id, source, status, time in connection.execute(
        query.where(c.check_id.in_(list(ids)))
    ):
        until = time + board.members[check_id].fresh
        if until > now:
            tally = board.sources[ids[check_id]]
            tally.see(source, STATUSES[status], time, until)


def load_windows(connection, picture, now):
    windows = picture.board.windows.values()
    for window in windows:
        window.expire(now)
    if not windows:
        return
    since = int(now - max(w.statistic.seconds for w in windows))
    names = {w.statistic.metric for w in windows}
    names |= {w.statistic.divisor for w in windows}
    for check_id, name, time, number, unit in metric_rows(connection, names, since):
        picture.board.remember(check_id, time, {name: (number, unit or "")})
    if "ms" in names:
        for check_id, time, ms in latency_rows(connection, since):
            picture.board.remember(check_id, time, {"ms": (ms, "ms")})


def metric_rows(connection, names, since):
    v, m = t.metric_value.c, t.metric.c
    query = (
        select(m.check_id, m.name, v.time, v.number, m.unit)
        .join(t.metric, m.id == v.metric_id)
        .where(v.bucket >= since // t.BUCKET, v.time >= since, m.name.in_(names))
    )
    return connection.execute(query)


def latency_rows(connection, since):
    c = t.sample.c
    query = select(c.check_id, c.time, c.ms).where(
        c.bucket >= since // t.BUCKET, c.time >= since, c.ms.is_not(None)
    )
    return connection.execute(query)
