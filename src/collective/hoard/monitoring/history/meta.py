"""Named numbers of the database; the lock and the clock of its writers."""

from ..database.tables import meta
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


#: Grows with each writing transaction; who holds its row writes alone.
SEQ = "change_seq"
#: Grows when checks, their rules or pauses were edited.
GENERATION = "generation"
#: Samples before it are in chunks; chunks before it are gone.
PACKED, FORGOTTEN = "packed_until", "forgotten_until"
HEARTBEAT = "heartbeat"
#: When rules and alarms were judged last; up to when a past was worked out.
TICK, PAST = "judge_tick", "past_until"
#: Seconds without a tick after which nobody was judging.
GAP = 180

NEXT = (
    "UPDATE meta SET value = value + 1 WHERE name = 'change_seq' RETURNING value,"
    " (SELECT other.value FROM meta AS other WHERE other.name = 'generation')"
)


def next_seq(connection):
    """``(seq, generation)``; from here on nobody else writes."""
    row = connection.exec_driver_sql(NEXT).one_or_none()
    if row is None:
        connection.execute(insert(meta), [{"name": SEQ, "value": 1}])
        # It may be there: something was edited before the first sample.
        bump_generation(connection)
        return 1, get(connection, GENERATION)
    return tuple(row)


def get(connection, name, default=0):
    value = connection.scalar(select(meta.c.value).where(meta.c.name == name))
    return default if value is None else value


def put(connection, name, value):
    query = update(meta).where(meta.c.name == name).values(value=value)
    if not connection.execute(query).rowcount:
        connection.execute(insert(meta).values(name=name, value=value))


def judged_until(connection):
    """UTC seconds up to which rules and alarms are known; None: nobody said."""
    query = select(meta.c.name, meta.c.value).where(meta.c.name.in_((TICK, PAST)))
    found = dict(connection.execute(query).all())
    ends = [value + (GAP if name == TICK else 0) for name, value in found.items()]
    return max(ends, default=None)


def bump_generation(connection):
    """Let every process read checks, rules and pauses anew."""
    put(connection, GENERATION, get(connection, GENERATION) + 1)
