"""Samples as rows: storing each once, finding those of a check."""

from ..database.bulk import CODE_OF_KEY
from ..database.bulk import driver_cursor
from ..database.bulk import EMPTY
from ..database.bulk import execute_many
from ..database.bulk import KEY_CODE
from ..database.tables import BUCKET
from ..database.tables import NO_CODE
from ..database.tables import sample as table
from ..foreign import is_number
from ..foreign import storable
from ..interfaces import CRIT
from ..interfaces import OK
from ..interfaces import SampleRefused
from ..interfaces import WARN
from datetime import datetime
from datetime import UTC
from sqlalchemy import text


NUMBERS = (int, float)
SEVERITY = {"ok": OK, "warn": WARN, "crit": CRIT}
#: Longer ones are cut: a text of megabytes is no result.
REASON_LENGTH, TEXT_LENGTH = 200, 4000
#: 9999-12-31; also keeps all sums within 64 bits.
LAST_TIME = 253402300799
COLUMNS = [column.name for column in table.columns]
#: PostgreSQL: buckets a partition.
PARTITION = 24
#: Partitions are for days around now; other days share one.
NEAR = 10


# What says the same of the same moment is one sample, however often it comes. An
# error and a success of one second are two: R4 wants the error kept.
INSERT = "INSERT INTO sample ({columns}) {rows} ON CONFLICT DO NOTHING"
MARKS = {"code": KEY_CODE, "reason": EMPTY}
ONE = INSERT.format(
    columns=", ".join(COLUMNS),
    rows=f"VALUES ({', '.join(MARKS.get(name, '?') for name in COLUMNS)})",
)
STAGE = "CREATE TEMP TABLE IF NOT EXISTS staged (LIKE sample) ON COMMIT DELETE ROWS"
FROM_STAGE = INSERT.format(columns=", ".join(COLUMNS), rows="SELECT * FROM staged")
#: From so many rows on PostgreSQL gets them by COPY.
MANY = 500


def split(time):
    """``(seconds, microseconds)`` of a time."""
    if type(time) is int:
        return time, 0
    micros = round(time * 1_000_000)
    return divmod(micros, 1_000_000)


def row_of(sample, check_id, source_id, latest):
    """The row that stores *sample*: a tuple as in `COLUMNS`, no reason is "".

    :raises SampleRefused: It is not a sample, or is from after *latest* (R10).
    """
    time, code, ms = sample.time, sample.code, sample.ms
    status = SEVERITY.get(sample.status) if type(sample.status) is str else None
    if (
        status is None
        or type(time) not in NUMBERS
        or not 0 <= time <= latest <= LAST_TIME
        or (code is not None and (type(code) is not int or abs(code) >= 1 << 31))
        or (ms is not None and (type(ms) not in NUMBERS or not 0 <= ms < 1e15))
    ):
        look_closely(sample, status, latest)
    seconds, frac = split(time)
    reason = ""
    if status != OK and (reason := sample.reason or sample.text):
        reason = storable(reason[:REASON_LENGTH])
    return (
        seconds // BUCKET,
        check_id,
        seconds,
        frac,
        source_id,
        status,
        code,
        ms,
        reason,
    )


def look_closely(sample, status, latest):
    """:raises SampleRefused: What is wrong with *sample*, if anything is."""
    time = sample.time
    if status is None:
        raise SampleRefused(
            f"status must be ok, warn or crit, not {sample.status!r}:"
            " unknown is the absence of a sample"
        )
    if not isinstance(time, (int, float)) or isinstance(time, bool):
        raise SampleRefused("time must be a number of UTC seconds")
    if not is_number(time):
        raise SampleRefused("time is not between 1970 and 9999")
    if not 0 <= time <= LAST_TIME:
        raise SampleRefused(f"time {time} is not between 1970 and 9999")
    if time > latest:
        raise SampleRefused(
            f"time {time} is {time - latest:.0f} s too far in the future"
        )
    code, ms = sample.code, sample.ms
    if code is not None and (type(code) is not int or abs(code) >= 1 << 31):
        raise SampleRefused("code must be a whole number of 32 bits, or nothing")
    if ms is not None and not is_duration(ms):
        raise SampleRefused("ms must be a number from 0 on, or nothing")


def is_duration(ms):
    return type(ms) in NUMBERS and 0 <= ms < 1e15


def insert(connection, rows, now):
    """Store *rows*, those already there but once; how many were new."""
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        make_partitions(connection, rows, now)
        if len(rows) >= MANY:
            return copy(connection, rows)
    return execute_many(connection, ONE, rows)


def copy(connection, rows):
    with driver_cursor(connection) as cursor:
        cursor.execute(STAGE)
        with cursor.copy(f"COPY staged ({', '.join(COLUMNS)}) FROM STDIN") as target:  # noqa: S608
            for *key, code, ms, reason in rows:
                number = NO_CODE if code is None else code
                target.write_row((*key, number, ms, reason or None))
        cursor.execute(FROM_STAGE)
        return cursor.rowcount


def make_partitions(connection, rows, now):
    """A partition for each day around *now* that has samples."""
    today = int(now) // BUCKET // PARTITION
    days = {row[0] // PARTITION for row in rows}
    known = connection.engine.__dict__.setdefault("_hoard_partitions", set())
    for day in sorted(days - known):
        if abs(day - today) <= NEAR:
            make_partition(connection, day)
            known.add(day)


def partition_name(day):
    date = datetime.fromtimestamp(day * PARTITION * BUCKET, UTC)
    return f"sample_{date:%Y%m%d}"


def make_partition(connection, day):
    low, high = day * PARTITION, (day + 1) * PARTITION
    query = text(
        "SELECT 1 FROM sample_default WHERE bucket >= :low AND bucket < :high LIMIT 1"
    )
    name = partition_name(day)
    exists = connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})
    # What is in the default partition already would be in the way.
    if exists or connection.scalar(query, {"low": low, "high": high}):
        return
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF sample"
        f" FOR VALUES FROM ({low}) TO ({high})"
    )


def raw_between(connection, check_id, since, until):
    """Rows ``(time, frac, source, status, code, reason, ms)``, oldest first."""
    if since >= until:
        return []
    where = buckets(since // BUCKET, -(-until // BUCKET))
    query = (
        f"SELECT time, frac, source_id, status, {CODE_OF_KEY}, reason, ms FROM sample"  # noqa: S608
        f" WHERE {where} AND check_id = {int(check_id)}"
        f" AND time >= {int(since)} AND time < {int(until)}"
        " ORDER BY time, frac, source_id, status, code"
    )
    return [tuple(row) for row in connection.exec_driver_sql(query)]


#: Up to so many buckets are looked up one by one, each by the key.
SEEKS = 2000


def buckets(low, high):
    """SQL: the bucket is one of low ... high - 1."""
    if high - low <= SEEKS:
        return f"bucket IN ({','.join(map(str, range(low, high)))})"
    return f"bucket >= {low} AND bucket < {high}"
