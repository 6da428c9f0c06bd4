"""Rules and alarms write the same change log as checks, to the second."""

from ..database.tables import interval
from ..database.tables import meta
from ..database.tables import standing
from ..history.meta import next_seq
from ..interfaces import STATUSES
from contextlib import contextmanager
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


@contextmanager
def writing(engine, store=None):
    """A transaction on the change log.

    Through the *store* of this process it keeps what it has in memory.
    """
    if store is not None:
        with store.writing() as connection:
            yield connection
        return
    with engine.begin() as connection:
        next_seq(connection)
        yield connection


def write(connection, verdicts):
    """Log what rules and alarms have become."""
    seq = connection.scalar(select(meta.c.value).where(meta.c.name == "change_seq"))
    for verdict in verdicts:
        append(connection, verdict)
        show(connection, verdict, seq)


def append(connection, verdict):
    c = interval.c
    own = c.check_id == verdict.id
    status = STATUSES.index(verdict.status)
    last, before = newest_two(connection, own)
    if last is not None and last.status == status:
        return
    values = {"status": status, "reason": verdict.reason or None}
    if last is None:
        add(connection, verdict.id, verdict.since, values)
        return
    row = own & (c.since == last.since)
    if verdict.since > last.since:
        connection.execute(update(interval).where(row).values(until=verdict.since))
        add(connection, verdict.id, verdict.since, values)
    elif before is not None and before.status == status:
        # Back within one second, or by a clock that was set back: it never was.
        connection.execute(delete(interval).where(row))
        row = own & (c.since == before.since)
        connection.execute(update(interval).where(row).values(until=None))
    else:
        connection.execute(update(interval).where(row).values(values))


def newest_two(connection, own):
    c = interval.c
    query = select(c.since, c.status).where(own).order_by(c.since.desc()).limit(2)
    return (*connection.execute(query).all(), None, None)[:2]


def add(connection, check_id, since, values):
    row = {"check_id": check_id, "since": since, **values}
    connection.execute(insert(interval).values(row))


def show(connection, verdict, seq):
    connection.execute(delete(standing).where(standing.c.check_id == verdict.id))
    connection.execute(
        insert(standing).values(
            check_id=verdict.id,
            status=STATUSES.index(verdict.status),
            reason=verdict.reason or None,
            since=verdict.since,
            provisional=False,
            closed=verdict.since,
            seq=seq or 0,
        )
    )
