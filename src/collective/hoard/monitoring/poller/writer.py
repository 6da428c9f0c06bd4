"""Collects samples and hands them on in batches; nothing is lost on the way.

While they cannot be stored, our own samples wait in a bounded spool, and the
oldest go first when it is full. Who brought samples from outside is told at
once, keeps them and comes again.
"""

from ..interfaces import DatabaseUnusable
from ..interfaces import Recorded
from .interfaces import Own
from .interfaces import Sink
from collections import deque
import asyncio
import logging


logger = logging.getLogger(__name__)

#: Seconds until the next try after the first failure, and at most.
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
#: Why a sample is refused that the database does not take, whatever we do.
NEVER = "it cannot be stored; the poller's log says why."


class Writer:
    """`put` never waits and never fails; `put_and_wait` does both."""

    def __init__(self, sink: Sink, batch=4000, flush=1.0, spool=200_000):
        self._sink = sink
        self._batch, self._flush = batch, flush
        self._own = deque()
        self._spool = spool
        self._guests = deque()
        self._ready = asyncio.Event()
        self._stopping = False
        self._wait = 0.0
        self.lost = 0
        self.written = 0
        #: What is wrong, for a person; empty while all is well.
        self.trouble = ""
        #: Samples of ours are missing in the database: what it does not know is not
        #: unknown. Until they are written, all of them at once.
        self.behind = False

    @property
    def waiting(self) -> int:
        return len(self._own) + sum(len(samples) for samples, _ in self._guests)

    def restore(self, entries) -> None:
        """Store first what was left when we stopped."""
        self.put(entries)
        self.behind = bool(self._own)

    def own(self) -> tuple:
        """Our samples that wait."""
        return tuple(self._own)

    def put(self, entries) -> None:
        """Store these `Own`s some time soon."""
        self._own.extend(entries)
        if (over := len(self._own) - self._spool) > 0:
            for _ in range(over):
                self._own.popleft()
            self.lost += over
        if len(self._own) >= self._batch:
            self._ready.set()

    async def put_and_wait(self, samples) -> Recorded:
        """Store *samples*; what became of the whole batch they were in.

        :raises DatabaseUnusable: They are not stored; come again.
        """
        if self.trouble and self._wait > FIRST_WAIT:
            raise DatabaseUnusable(self.trouble)
        future = asyncio.get_running_loop().create_future()
        self._guests.append((samples, future))
        self._ready.set()
        return await future

    async def run(self) -> None:
        while not self._stopping:
            try:
                async with asyncio.timeout(self._wait or self._flush):
                    await self._ready.wait()
            except TimeoutError:
                pass
            if self._wait and not self._stopping:
                # In trouble: at the pace of the tries, whatever comes in.
                await asyncio.sleep(self._wait)
            self._ready.clear()
            await self._write()

    def stop(self) -> None:
        """Let `run` end after one more batch."""
        self._stopping = True
        self._ready.set()

    async def finish(self, tries=3) -> list:
        """Write what is left; those that could not be, after *tries*."""
        for _ in range(tries):
            while self.waiting and await self._write():
                pass
            if not self.waiting:
                break
            await asyncio.sleep(0.2)
        return list(self._own)

    async def _write(self) -> bool:
        """Write one batch; whether that went well."""
        most = len(self._own) if self.behind else self._batch
        own = [self._own.popleft() for _ in range(min(len(self._own), most))]
        guests, room = [], self._batch
        while self._guests and room > 0:
            guests.append(self._guests.popleft())
            room -= len(guests[-1][0])
        if self._guests or len(self._own) >= self._batch:
            self._ready.set()
        if not own and not guests:
            return True
        return await self._try(own, guests)

    async def _try(self, own, guests):
        entries = own + [Own(sample) for samples, _ in guests for sample in samples]
        try:
            recorded = await self._sink.keep(entries)
        except DatabaseUnusable as error:
            self._fail(error, own, guests)
            return False
        except Exception:
            # A mistake of ours in one of them must not hold up all others.
            logger.exception("A batch of %s samples cannot be stored", len(entries))
            await self._singly(own, guests)
            return True
        self._well(recorded, guests)
        return True

    def _fail(self, error, own, guests):
        self._own.extendleft(reversed(own))
        self.behind = self.behind or bool(own)
        self.put(())
        for _, future in guests:
            if not future.done():
                future.set_exception(error)
        self._wait = min(max(FIRST_WAIT, self._wait * 2), LONGEST_WAIT)
        if not self.trouble:
            logger.error("%s Samples wait in memory until it can be written.", error)
        self.trouble = str(error)

    def _well(self, recorded, guests):
        if self.trouble:
            logger.warning("The database is back; %s samples wait.", len(self._own))
        self.trouble, self._wait, self.behind = "", 0.0, False
        self.written += recorded.stored
        for sample, why in recorded.refused:
            logger.info("A sample of check %s is refused: %s", sample.check, why)
        for _, future in guests:
            if not future.done():
                future.set_result(recorded)
        if self._own and len(self._own) >= self._batch:
            self._ready.set()

    async def _singly(self, own, guests):
        """Store all but those that cannot be; each guest learns which were his."""
        for samples, future in guests:
            try:
                recorded = await self._apart([Own(sample) for sample in samples])
            except DatabaseUnusable as unusable:
                # He comes again with all of them: what is stored is so once.
                self._fail(unusable, [], [(samples, future)])
            else:
                self._well(recorded, [(samples, future)])
        try:
            recorded = await self._apart(own)
        except DatabaseUnusable as unusable:
            self._fail(unusable, own, [])
            return
        self._well(recorded, [])
        self.lost += sum(why == NEVER for _, why in recorded.refused)

    async def _apart(self, entries) -> Recorded:
        """Store *entries*, in halves and halves of them where that fails.

        :raises DatabaseUnusable: Some are not stored; all can be brought again.
        """
        if not entries:
            return Recorded()
        try:
            return await self._sink.keep(entries)
        except DatabaseUnusable:
            raise
        except Exception:
            if len(entries) == 1:
                # The traceback of the batch it was in has been said.
                logger.error("Never to be stored: %r", entries[0].sample)
                return Recorded(refused=[(entries[0].sample, NEVER)])
        middle = len(entries) // 2
        one = await self._apart(entries[:middle])
        two = await self._apart(entries[middle:])
        return Recorded(
            one.changes + two.changes,
            one.stored + two.stored,
            one.duplicates + two.duplicates,
            one.refused + two.refused,
        )
