"""The whole poller: engine, writer, database, server, sources, from start to end."""

from ..database.engine import open_engine
from ..database.schema import ensure_schema
from .aftermath import aftermath_for
from .checklist import trust
from .clock import SteadyClock
from .configuration import Configuration
from .configuration import secret
from .engine import Engine
from .keeper import Keeper
from .memory import give_back
from .memory import spare
from .signals import obey_signals
from .spoolfile import restore
from .spoolfile import save
from .tasks import Tasks
from .twice import look_for_another
from .writer import Writer
from contextlib import AsyncExitStack
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from sqlalchemy import event
import asyncio
import logging


logger = logging.getLogger(__name__)

#: Seconds between heartbeats; Plone takes a poller for stopped after some.
BEAT = 10.0
#: Seconds between two looks for slots that have become final.
CLOSE = 1.0
#: Seconds of work of one step of housekeeping: samples wait so long at most.
STEP = 0.25
#: KiB of SQLite's pages that the writer keeps in memory.
CACHE = 4096
#: Seconds of lateness from which the poller says that it is overloaded.
LATE = 30.0


def package_version() -> str:
    try:
        return version("collective.hoard")
    except PackageNotFoundError:
        return ""


def opened(url):
    """The engine that writes; its database has the tables of this version."""
    engine = open_engine(url, must_exist=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: shrink(connection))
    if ensure_schema(engine):
        said = engine.url.render_as_string(hide_password=True)
        logger.warning("%s was empty: made the tables of a new database", said)
    return engine


def shrink(connection):
    # What is written at this pace needs no 32 MB of pages in memory.
    connection.execute(f"PRAGMA cache_size = -{CACHE}")


class Service:
    """``run()`` until `stop()` or a signal."""

    def __init__(self, configuration: Configuration):
        self.configuration = configuration
        self.clock = SteadyClock(configuration.poller.clock_settle)
        self._ended = asyncio.Event()
        self.ready = asyncio.Event()
        self.server = None

    async def open(self, beats=True):
        """Open the database and read the list.

        :raises DatabaseUnusable: There is none that we can use.
        :raises WrongUse: Another poller works on it; only asked with *beats*.
        """
        settings = self.configuration.poller
        url = secret(self.configuration.database.url)
        spare()
        engine = await asyncio.to_thread(opened, url)
        if beats:
            await asyncio.to_thread(look_for_another, engine, self.clock())
        aftermath = await asyncio.to_thread(aftermath_for, engine, self.configuration)
        trusted = trust(self.configuration.checks)
        self.keeper = Keeper(
            engine, settings.name, self.clock, trusted, aftermath, beats
        )
        await self.keeper.open()
        self.writer = Writer(
            self.keeper, settings.batch, settings.flush, settings.spool
        )
        self.engine = Engine(settings.name, self.keeper, self.writer, self.clock)
        self.engine.on_problems = self.keeper.say_problems
        self.engine.start(
            self.configuration.surroundings(), settings.concurrency, settings.processes
        )
        await self.engine.read_list()
        give_back()

    async def once(self) -> list:
        """Each check once; its samples, which are stored, too.

        After `stop` those that have ended until then.
        """
        await self.open(beats=False)
        await self._until_stopped(self.engine.run_all_once())
        results = list(self.writer.own())
        await self._end()
        return results

    async def _until_stopped(self, work):
        tasks = [asyncio.create_task(one) for one in (work, self._ended.wait())]
        done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        for task in done:
            task.result()

    async def run(self) -> None:
        """The service, until `stop`.

        :raises DatabaseUnusable: The database cannot be used at the start.
        :raises WrongUse: `http.listen` cannot be listened at, or see `open`.
        """
        await self.open()
        tasks = Tasks()
        self.writer.restore(restore(self.configuration.poller.spool_file))
        writing = asyncio.create_task(self.writer.run())
        try:
            async with AsyncExitStack() as stack:
                # Before any check runs: a port may be taken.
                await self._open_doors(stack)
                self._begin(tasks)
                logger.info("Watching %s checks", len(self.engine.listing.checks))
                self.ready.set()
                await self._ended.wait()
                self.engine.stop()
                logger.info("Stopping")
        finally:
            await self._wind_up(tasks, writing)

    async def _wind_up(self, tasks, writing):
        self.engine.stop()
        await tasks.cancel()
        await self.engine.finish(self.configuration.poller.patience)
        self.writer.stop()
        await writing
        await self._end()

    def obey_signals(self) -> None:
        """Let signals end it cleanly; in the main thread only."""
        obey_signals(self.stop)

    def stop(self) -> None:
        self._ended.set()

    @property
    def stopped(self) -> bool:
        return self._ended.is_set()

    def _begin(self, tasks):
        tasks.keep_up("Reading the list", self.engine.watch_list)
        tasks.keep_up("Running checks", self.engine.run)
        tasks.every("Closing slots", CLOSE, self._close_slots)
        tasks.every("Heartbeat", BEAT, self._beat)
        if hasattr(self.keeper.store, "housekeep"):
            period = self.configuration.poller.housekeeping
            tasks.every("Housekeeping", period, self._housekeep)

    async def _open_doors(self, stack):
        """What comes from outside: results, lists, listeners."""
        if self.configuration.http.listen:
            from .server import Server

            self.server = await stack.enter_async_context(Server(self))
        if self.configuration.mqtt or self.configuration.amqp:
            from ..sources.listening import Listening

            await stack.enter_async_context(Listening(self))

    async def _end(self):
        left = await self.writer.finish()
        if left and not save(self.configuration.poller.spool_file, left):
            logger.error("%s samples could not be stored and are lost", len(left))
        await self.engine.finish(0)
        await self.keeper.close()

    async def _close_slots(self):
        if self.writer.behind:
            # What waits in memory may be what a slot seems to lack.
            return False
        return await self.keeper.close_slots()

    async def _housekeep(self):
        await self.keeper.housekeep(STEP)
        give_back()

    async def _beat(self):
        await self.keeper.beat(
            checks=len(self.engine.listing.checks),
            running=self.engine.running,
            late=round(self.engine.late, 2),
            waiting=self.writer.waiting,
            lost=self.writer.lost,
            version=package_version(),
            note=self.note()[:500] or None,
        )

    def note(self) -> str:
        """What is wrong with the poller, for a person; empty when nothing is."""
        said = [self.clock.doubt, self.writer.trouble]
        if self.writer.lost:
            said.append(f"{self.writer.lost} samples were lost.")
        if self.engine.late > LATE:
            said.append(
                f"Checks begin {self.engine.late:.0f} s late: raise"
                " poller.concurrency, or check less often."
            )
        return " ".join(filter(None, said))
