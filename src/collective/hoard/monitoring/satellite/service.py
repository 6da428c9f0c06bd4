"""A satellite: the engine of the poller, with a centre in place of a database."""

from ..interfaces import WrongUse
from ..poller.clock import SteadyClock
from ..poller.configuration import Configuration
from ..poller.configuration import secret
from ..poller.engine import Engine
from ..poller.service import package_version
from ..poller.signals import obey_signals
from ..poller.tasks import Tasks
from ..poller.writer import Writer
from .centre import Centre
from .spool import Spool
from urllib.parse import urlsplit
import asyncio
import logging
import os
import sqlite3


logger = logging.getLogger(__name__)

#: Seconds between two looks for a new list, two replays, two heartbeats.
LOOK, REPLAY, BEAT = 10.0, 1.0, 15.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SatelliteService:
    """``run()`` until `stop()` or a signal."""

    look = LOOK

    def __init__(self, configuration: Configuration):
        self.configuration = configuration
        settings = configuration.satellite
        url = urlsplit(settings.centre)
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            raise WrongUse(
                "satellite.centre must begin with https://: it gets a token."
            )
        self.clock = SteadyClock(configuration.poller.clock_settle)
        self._ended = asyncio.Event()
        self.ready = asyncio.Event()
        self.server = None

    def obey_signals(self) -> None:
        """Let signals end it cleanly; in the main thread only."""
        obey_signals(self.stop)

    def stop(self) -> None:
        self._ended.set()

    async def run(self) -> None:
        settings, poller = self.configuration.satellite, self.configuration.poller
        self.spool = opened(settings, self.clock)
        async with Centre(settings, secret(settings.token), self.spool) as self.centre:
            self.writer = Writer(self.centre, poller.batch, poller.flush, poller.spool)
            self.engine = Engine(
                "satellite", self.centre, self.writer, self.clock, self.look
            )
            self.engine.start(
                self.configuration.surroundings(), poller.concurrency, poller.processes
            )
            await self._work()
        self.spool.close()

    async def _work(self):
        tasks = Tasks()
        writing = asyncio.create_task(self.writer.run())
        tasks.keep_up("Reading the list", self.engine.watch_list)
        tasks.keep_up("Running checks", self.engine.run)
        tasks.every("Replay", REPLAY, self._replay)
        tasks.every("Heartbeat", BEAT, self._beat)
        self.ready.set()
        await self._ended.wait()
        logger.info("Stopping")
        self.engine.stop()
        await tasks.cancel()
        await self.engine.finish(self.configuration.poller.patience)
        self.writer.stop()
        await writing
        await self.writer.finish()

    async def _replay(self):
        await self.centre.replay(REPLAY)

    async def _beat(self):
        await self.centre.beat(
            pid=os.getpid(),
            checks=len(self.engine.listing.checks),
            running=self.engine.running,
            late=round(self.engine.late, 2),
            waiting=self.writer.waiting + len(self.spool),
            lost=self.writer.lost + self.spool.lost,
            version=package_version(),
            note=self.clock.doubt,
        )
        await self.centre.say_problems(self.engine.why_not)


def opened(settings, clock) -> Spool:
    """:raises WrongUse: The file of the spool cannot be used."""
    try:
        return Spool(settings.spool, settings.max_age, settings.max_bytes, clock)
    except sqlite3.Error as error:
        raise WrongUse(
            f"satellite.spool: {settings.spool} cannot be used: {error}."
        ) from error
