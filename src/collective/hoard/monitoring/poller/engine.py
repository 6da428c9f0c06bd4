"""The engine: runs each check when it is due and hands on what it says."""

from ..checks.interfaces import CheckUnusable
from ..checks.runners import prepare
from ..checks.runners import Runners
from ..checks.surroundings import Surroundings
from ..foreign import storable
from ..interfaces import DatabaseUnusable
from ..interfaces import Sample
from .interfaces import Lister
from .interfaces import Listing
from .interfaces import Own
from .schedule import Schedule
from .writer import Writer
from time import monotonic
import asyncio
import logging


logger = logging.getLogger(__name__)

#: Seconds between two looks whether the list has changed.
LOOK = 2.0
#: Checks that are due within so many seconds are begun together.
TOGETHER = 0.02


class Engine:
    """One loop: due checks out, samples in, the list read anew when it changes.

    `name`: the source of our samples. `listing`: the newest list.
    """

    def __init__(self, name: str, lister: Lister, writer: Writer, clock, look=LOOK):
        self.name, self.clock, self._look = name, clock, look
        self._lister, self._writer = lister, writer
        self._schedule = Schedule()
        self._running = set()
        self._runners = None
        self._stopping = asyncio.Event()
        self.listing, self._names = Listing(-1, ()), None
        self.problems = {}
        #: Nothing yet: what an earlier process said may hold no longer.
        self._said = None
        self.done = 0
        self.late = 0.0
        self.on_problems = None

    def start(self, around: Surroundings, concurrency=200, processes=8) -> None:
        self._around = around
        self._runners = Runners(
            around, concurrency, concurrency, processes, self.called
        )

    @property
    def running(self) -> int:
        return len(self._running)

    # --- The list -------------------------------------------------------

    async def watch_list(self) -> None:
        """Read the list whenever its generation number changes."""
        while not self._stopping.is_set():
            try:
                if await self._lister.generation() != self.listing.generation:
                    await self.read_list()
                await self.say_problems()
            except DatabaseUnusable as error:
                logger.warning("The list of checks cannot be read: %s", error)
            await self._sleep(self._look)

    async def read_list(self) -> None:
        """:raises DatabaseUnusable: It cannot be read now; the old one is kept."""
        listing = await self._lister.listing()
        known = {p.spec.id: p for p in self._schedule.prepared()}
        prepared, found = await asyncio.to_thread(
            prepare_all, listing.checks, self._around, known
        )
        self._schedule.replace(prepared, self.clock())
        self.listing, self._names = listing, None
        self._forget_refused(prepared, known)
        # They quote what may not be fit to be stored.
        problems = {**listing.problems, **found}
        found = {key: storable(text) for key, text in problems.items()}
        for key in found:
            if found[key] != self.problems.get(key):
                logger.warning(
                    "Check %s does not run: %s", self.called(key), found[key]
                )
        self.problems = found
        await self.say_problems()

    def called(self, key) -> str:
        """A check for a person who reads the log: its number and its name."""
        if self._names is None:
            # Made when it is asked for: seldom, and it has all checks.
            names = self.listing.names.items()
            self._names = {entry.id: name for name, entry in names}
        name = self._names.get(key)
        return f"{key} ({name})" if name else str(key)

    def _forget_refused(self, prepared, known):
        """Of checks that are gone or others now: they have not run yet."""
        same = {p.spec.id for p in prepared if known.get(p.spec.id) is p}
        for key in set(self._runners.refused) - same:
            del self._runners.refused[key]

    @property
    def why_not(self) -> dict:
        """{number: why it does not run}"""
        return self.problems | self._runners.refused

    async def say_problems(self) -> None:
        """Tell why checks do not run, when that has changed.

        :raises DatabaseUnusable: It cannot be written now; call it again.
        """
        found = self.why_not
        if self.on_problems and found != self._said:
            await self.on_problems(found)
            self._said = found

    # --- Running --------------------------------------------------------

    async def run(self) -> None:
        """Begin checks as they are due, until `stop`."""
        while not self._stopping.is_set():
            now = self.clock()
            self._begin(self._schedule.due(now), now)
            await self._sleep(max(self._schedule.wait(now), TOGETHER))

    async def run_all_once(self) -> None:
        """Each check of the list once, at once."""
        now = self.clock()
        self._begin([(one, now) for one in self._schedule.prepared()], now)
        while self._running:
            await asyncio.sleep(0.02)
        await self.say_problems()

    def _begin(self, due, now):
        batch, latest = [], 0.0
        for prepared, planned in due:
            key = prepared.spec.id
            latest = max(latest, now - planned)
            # One that still runs is not begun a second time.
            if key not in self._running:
                self._running.add(key)
                batch.append((prepared, moment(planned, now)))
        self.late = max(self.late * 0.9, latest)
        if batch:
            self._runners.begin(batch, self._take)

    def _take(self, results):
        entries = []
        for prepared, time, outcome in results:
            key = prepared.spec.id
            self._running.discard(key)
            if outcome is None:
                continue
            sample = Sample(
                key,
                self.name,
                time,
                outcome.status,
                outcome.code,
                outcome.ms,
                outcome.text,
                outcome.reason,
                outcome.values,
            )
            entries.append(Own(sample, outcome.phases))
        self.done += len(results)
        self._writer.put(entries)

    # --- Ending ---------------------------------------------------------

    def stop(self) -> None:
        """No new checks from now on."""
        self._stopping.set()

    async def finish(self, patience: float) -> None:
        """Wait for what runs, at most *patience* seconds; give up the rest."""
        began = monotonic()
        await self._runners.stop(patience)
        # Outcomes of the engine's thread come through the loop.
        await asyncio.sleep(0)
        logger.info(
            "Ended within %.1f s; %s checks given up",
            monotonic() - began,
            len(self._running),
        )

    async def _sleep(self, seconds):
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def moment(planned: float, now: float) -> int | float:
    """The time of a sample that begins *now* and was due when *planned*.

    A full second. One that is so late that its second may be that of the next
    keeps its fraction: of two samples with one time only one is stored.
    """
    return int(now) if int(now) == int(planned) else round(now, 6)


def prepare_all(specs, around, known):
    """(prepared checks, {number: why it cannot run}); *known* ones stay."""
    prepared, problems = [], {}
    for spec in specs:
        before = known.get(spec.id)
        if before is not None and before.spec == spec:
            prepared.append(before)
            continue
        try:
            prepared.append(prepare(spec, around))
        except CheckUnusable as error:
            problems[spec.id] = str(error)
        except Exception as error:
            # One check must never stop the others, whatever its row holds.
            logger.exception("Check %s (%s) cannot be prepared", spec.id, spec.host)
            problems[spec.id] = f"It cannot be prepared: {error}."
    return prepared, problems
