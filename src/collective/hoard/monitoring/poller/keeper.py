"""All that the poller does with its database, in one thread.

One writer, so that nobody waits for a lock, and a thread, so that the loop
never waits for a disk.
"""

from ..database.engine import open_engine
from ..database.tables import source as sources
from ..database.tables_poller import poller as pollers
from ..database.tables_poller import problem as problems
from ..database.tables_poller import timing as timings
from ..history import meta
from ..history.store import Store
from ..interfaces import Recorded
from .aftermath import Silence
from .checklist import read_listing
from concurrent.futures import ThreadPoolExecutor
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
import asyncio
import logging
import os


logger = logging.getLogger(__name__)

#: Seconds without a heartbeat after which a start is worth a notice.
AWAY = 120
#: Checks closed in one transaction: between two of them samples are written.
CLOSE_AT_ONCE = 500
#: Seconds between two notes that a source lives.
SEEN = 30
PHASES = ("resolve", "connect", "tls", "first_byte", "transfer")


class Keeper:
    """See `interfaces.Sink` and `Lister`. `open()` first.

    *trusted* is a function (owner group, list source) -> bool. Without *beats*
    this is no poller that anybody would miss.
    """

    def __init__(self, engine, name, clock, trusted, aftermath=None, beats=True):
        self.engine, self.name, self._beats = engine, name, beats
        self._clock, self._trusted = clock, trusted
        self.aftermath = aftermath or Silence()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self.store = None
        self.seq_changed = None
        self._seen = {}
        #: How often samples could not be stored.
        self._failures = 0
        #: What closing slots has changed, and nobody was told of yet.
        self._closed = []

    async def call(self, work, *arguments):
        """Run *work* in the thread of the database."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work, *arguments)

    async def open(self):
        """:raises DatabaseUnusable: There is no database that we can use."""
        await self.call(self._open)

    def _open(self):
        self.reader = open_engine(self.engine.url, read_only=True)
        self.store = Store(self.engine, clock=self._clock)
        self.aftermath.use(self.store)
        self.source_id = self.store.ensure_source(self.name, "local")
        now = self._clock()
        last = self._begin_row(int(now)) if self._beats else None
        # What happened while we were away is unknown: said before anything is
        # judged anew, and by one notice, not by one for each check.
        if last is not None and now - last > AWAY:
            # Rules are judged by how checks stand now, not by how they stood then.
            while self.store.slots_due(now):
                self.store.close_slots(now, CLOSE_AT_ONCE)
            self.aftermath.away(self.name, last, now)

    def _begin_row(self, now):
        """Write that we live; the last heartbeat, None after a clean end."""
        row = {"started": now, "beat": now, "stopped": None, "pid": os.getpid()}
        with self.engine.begin() as connection:
            own = pollers.c.name == self.name
            before = connection.execute(select(pollers.c.beat).where(own)).one_or_none()
            if before is None:
                connection.execute(insert(pollers).values(name=self.name, **row))
                return None
            connection.execute(update(pollers).where(own).values(**row))
            return before.beat

    async def close(self):
        await self.call(self._close)
        self._thread.shutdown()

    def _close(self):
        self.aftermath.wait()
        if self._beats:
            stopped = int(self._clock())
            own = pollers.c.name == self.name
            with self.engine.begin() as connection:
                connection.execute(update(pollers).where(own).values(stopped=stopped))
        self.engine.dispose()
        self.reader.dispose()

    # --- Samples --------------------------------------------------------

    async def keep(self, entries) -> Recorded:
        return await self.call(self._keep, entries)

    def _keep(self, entries):
        now = self._clock()
        try:
            recorded = self.store.record_all([entry.sample for entry in entries], now)
        except Exception:
            self._failures += 1
            raise
        self._keep_phases(entries)
        refused = {id(sample) for sample, _ in recorded.refused}
        samples = [e.sample for e in entries if id(e.sample) not in refused]
        self.aftermath.on_samples(samples, now)
        self._after(recorded.changes, now)
        return recorded

    def _keep_phases(self, entries):
        rows = {}
        for entry in entries:
            if entry.phases:
                sample = entry.sample
                rows[sample.check] = (
                    sample.check,
                    self.source_id,
                    int(sample.time),
                    *map(entry.phases.get, PHASES),
                )
        if rows:
            with self.engine.begin() as connection:
                write_timings(connection, list(rows.values()))

    def _after(self, changes, now):
        self._wake()
        changes, self._closed = self._closed + changes, []
        if changes:
            self.aftermath.on_changes(changes, now)

    def _wake(self):
        if self.seq_changed:
            self.seq_changed()

    # --- The list -------------------------------------------------------

    async def generation(self) -> int:
        return await asyncio.to_thread(self._generation)

    def _generation(self):
        with self.reader.begin() as connection:
            return meta.get(connection, meta.GENERATION)

    async def listing(self):
        return await asyncio.to_thread(self.listing_for, self.name)

    def listing_for(self, source: str):
        """What the poller or satellite *source* has to run."""
        with self.reader.begin() as connection:
            generation = meta.get(connection, meta.GENERATION)
            return read_listing(connection, source, generation, self._trusted)

    async def say_problems(self, found: dict, source_id: int | None = None) -> None:
        """*found*: {check number: why it does not run}; replaces what was said by
        the source of that number, by default our own."""
        await self.call(self._say_problems, found, source_id or self.source_id)

    def _say_problems(self, found, source_id):
        own = problems.c.source_id == source_id
        with self.engine.begin() as connection:
            before = dict(
                connection.execute(
                    select(problems.c.check_id, problems.c.since).where(own)
                ).all()
            )
            connection.execute(delete(problems).where(own))
            now = int(self._clock())
            rows = [
                {
                    "check_id": key,
                    "source_id": source_id,
                    "since": before.get(key, now),
                    "text": text[:500],
                }
                for key, text in found.items()
            ]
            if rows:
                connection.execute(insert(problems), rows)

    # --- Steps in between -----------------------------------------------

    async def close_slots(self) -> bool:
        """Log what has become final; whether there is more to do at once."""
        return await self.call(self._close_slots, self._failures)

    def _close_slots(self, failures):
        if failures != self._failures:
            # Since it was asked for: samples may wait in memory that slots lack.
            return False
        now = self._clock()
        more = False
        if self.store.slots_due(now):
            self._closed += self.store.close_slots(now, CLOSE_AT_ONCE)
            more = self.store.slots_due(now)
            self._wake()
        if more:
            # What comes at the same moment is told as one.
            return True
        if self._closed:
            self._after([], now)
        self.aftermath.tick(now)
        return False

    async def housekeep(self, budget: float) -> None:
        """Pack and forget old samples for at most *budget* seconds."""
        await self.call(self.store.housekeep, self._clock(), budget)

    async def seen(self, source_id: int) -> None:
        """Remember that a source lives; at most once in `SEEN` seconds."""
        now = self._clock()
        if now - self._seen.get(source_id, 0) > SEEN:
            self._seen[source_id] = now
            await self.call(self._write_seen, source_id, int(now))

    def _write_seen(self, source_id, now):
        with self.engine.begin() as connection:
            query = update(sources).where(sources.c.id == source_id)
            connection.execute(query.values(last_seen=now))

    async def beat(self, **values) -> None:
        await self.call(self._beat, values)

    async def beat_of(self, satellite: str, values: dict) -> None:
        """The heartbeat of a satellite."""
        await self.call(self._beat_of, satellite, values)

    def _beat_of(self, satellite, values):
        now = int(self._clock())
        with self.engine.begin() as connection:
            own = pollers.c.name == satellite
            query = update(pollers).where(own).values(beat=now, stopped=None, **values)
            if not connection.execute(query).rowcount:
                row = {"name": satellite, "started": now, "beat": now, **values}
                connection.execute(insert(pollers).values(**row))

    def _beat(self, values):
        now = int(self._clock())
        with self.engine.begin() as connection:
            own = pollers.c.name == self.name
            connection.execute(update(pollers).where(own).values(beat=now, **values))
            meta.put(connection, meta.HEARTBEAT, now)
        self._write_seen(self.source_id, now)


def write_timings(connection, rows):
    names = ", ".join(column.name for column in timings.columns)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks = ", ".join([mark] * len(timings.columns))
    new = ", ".join(
        f"{column.name} = excluded.{column.name}"
        for column in timings.columns
        if not column.primary_key
    )
    connection.exec_driver_sql(
        f"INSERT INTO timing ({names}) VALUES ({marks})"  # noqa: S608
        f" ON CONFLICT (check_id, source_id) DO UPDATE SET {new}",
        rows,
    )
