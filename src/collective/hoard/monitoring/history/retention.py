"""Keeping the database small, a little at a time: never a long transaction."""

from ..database.bulk import execute_many
from ..database.bulk import upsert
from ..database.tables import BUCKET
from .packing import chunks_between
from .packing import DAY
from .packing import pack
from .packing import united
from .rollups import HOUR
from .rollups import write_day
from .samples import buckets
from .samples import PARTITION
from .samples import raw_between
from dataclasses import dataclass
from sqlalchemy import text
import re
import time


#: Checks whose day is packed in one transaction, and checks cleaned in one.
PACKED, CLEANED = 25, 200
#: Pages given back to the file system in one step.
PAGES = 500
CHUNK = upsert("chunk", ("check_id", "day"), ("blob",))


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that things are kept; change log and days are kept for ever."""

    samples: int = 2
    chunks: int = 400
    hours: int = 90
    metrics: int = 35


class Housekeeper:
    """Does what is to be done in steps of some milliseconds."""

    def __init__(self, store, retention=None):
        self._store = store
        self._retention = retention or Retention()
        self._cleaned = None
        self._next = 0

    def run(self, now, budget=0.2):
        """Work for about *budget* seconds; whether there is more to do."""
        until = time.monotonic() + budget
        while self.step(now):
            if time.monotonic() >= until:
                return True
        return False

    def step(self, now):
        """Do one step; False when there was nothing to do."""
        today = int(now) // DAY
        return (
            self._pack(today - self._retention.samples)
            or self._clean(today)
            or self._forget_metrics(today - self._retention.metrics)
            or self._drop_partition(today - self._retention.samples)
            or self._give_back()
        )

    def _pack(self, before):
        """Turn samples of days before *before* into chunks and roll-ups."""
        oldest = text("SELECT MIN(bucket) FROM sample")
        if not is_before(self._scalar(oldest), before):
            return False
        with self._store.writing() as connection:
            bucket = connection.scalar(oldest)
            if not is_before(bucket, before):
                return True
            query = text(
                "SELECT DISTINCT check_id FROM sample WHERE bucket = :bucket"
                " ORDER BY check_id LIMIT :some"
            )
            found = connection.scalars(query, {"bucket": bucket, "some": PACKED}).all()
            for check_id in found:
                pack_day(connection, check_id, bucket * BUCKET // DAY)
        return True

    def _scalar(self, query, **values):
        with self._store.engine.connect() as connection:
            return connection.scalar(query, values)

    def _clean(self, today):
        """Delete old chunks and hours of some checks; once a day for all."""
        if self._cleaned == today:
            return False
        query = text("SELECT id FROM check_ WHERE id > :id ORDER BY id LIMIT :some")
        with self._store.writing() as connection:
            keys = connection.scalars(query, {"id": self._next, "some": CLEANED}).all()
            chunks = today - self._retention.chunks
            hours = (today - self._retention.hours) * DAY
            sql = "DELETE FROM chunk WHERE check_id = ? AND day < ?"
            execute_many(connection, sql, [(key, chunks) for key in keys])
            sql = "DELETE FROM rollup WHERE check_id = ? AND period = ? AND start < ?"
            execute_many(connection, sql, [(key, HOUR, hours) for key in keys])
            if not keys:
                self._cleaned, self._next = today, 0
                self._store.forget_before(connection, chunks * DAY)
                return True
        self._next = keys[-1]
        return True

    def _forget_metrics(self, before):
        oldest = text("SELECT MIN(bucket) FROM metric_value")
        if not is_before(self._scalar(oldest), before):
            return False
        with self._store.writing() as connection:
            connection.execute(
                text(
                    "DELETE FROM metric_value WHERE bucket ="
                    " (SELECT MIN(bucket) FROM metric_value)"
                )
            )
        return True

    def _drop_partition(self, before):
        """PostgreSQL: a day whose samples are all packed."""
        if self._store.engine.dialect.name != "postgresql":
            return False
        query = text(
            "SELECT relname, pg_get_expr(relpartbound, pg_class.oid) FROM pg_class"
            " JOIN pg_inherits ON inhrelid = pg_class.oid"
            " WHERE inhparent = 'sample'::regclass AND relname <> 'sample_default'"
        )
        with self._store.engine.connect() as connection:
            found = connection.execute(query).all()
        old = [n for n, bounds in found if last_number(bounds) <= before * PARTITION]
        if not old:
            return False
        with self._store.writing() as connection:
            empty = [name for name in old if is_empty(connection, name)][:1]
            for name in empty:
                connection.exec_driver_sql(f'DROP TABLE "{name}"')
        return bool(empty)

    def _give_back(self):
        """SQLite: some free pages; a whole VACUUM would stop all writers."""
        if self._store.engine.dialect.name != "sqlite":
            return False
        if self._scalar(text("PRAGMA freelist_count")) < PAGES:
            return False
        with self._store.engine.connect() as connection:
            # A page is freed each time the driver asks for another row.
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
            connection.commit()
        return True


def is_before(bucket, day):
    return bucket is not None and bucket * BUCKET // DAY < day


def last_number(bounds):
    """The upper end of a partition, as PostgreSQL writes it."""
    return int(re.findall(r"\d+", bounds)[-1])


def is_empty(connection, name):
    return connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first() is None  # noqa: S608


def pack_day(connection, check_id, day):
    """Move the samples of a check and day into its chunk."""
    start, end = day * DAY, (day + 1) * DAY
    raw = raw_between(connection, check_id, start, end)
    rows = united(chunks_between(connection, check_id, start, end), raw)
    execute_many(connection, CHUNK, [(check_id, day, pack(rows, day))])
    write_day(connection, check_id, day, rows)
    where = buckets(start // BUCKET, end // BUCKET)
    connection.exec_driver_sql(
        f"DELETE FROM sample WHERE {where} AND check_id = {int(check_id)}"  # noqa: S608
    )
