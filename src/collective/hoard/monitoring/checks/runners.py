"""One place that makes any check ready, and one that runs it."""

from .common import common_of
from .common import look_at_params
from .connecting import Failed
from .connecting import reachable
from .connecting import Refused
from .http_engine import HttpEngine
from .http_plan import ascii_host
from .http_plan import HttpPlan
from .http_plan import prepare_http
from .http_transfer import HttpJob
from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .interfaces import KINDS
from .interfaces import MAX_TIMEOUT
from .interfaces import no_answer
from .interfaces import Outcome
from .munin import prepare_munin
from .munin import run_munin
from .plugins import prepare_exec
from .plugins import run_exec
from .surroundings import Surroundings
from .tcp import limited
from .tcp import prepare_tcp
from .tcp import run_tcp
from .thresholds import judge_values
from .tls import add_expiry
from .tls import prepare_tls
from .tls import run_tls
from dataclasses import dataclass
import asyncio
import logging


logger = logging.getLogger(__name__)


def prepare_dns(spec, around):
    # Loaded when there is such a check: dnspython takes 2 MB.
    from .names import prepare_dns

    return prepare_dns(spec, around)


PREPARE = {
    "http": prepare_http,
    "https": prepare_http,
    "tcp": prepare_tcp,
    "tls": prepare_tls,
    "dns": prepare_dns,
    "exec": prepare_exec,
    "munin": prepare_munin,
}


#: Those that look at their host only when they connect.
CONNECTING = {"tcp", "tls", "munin"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A check that can run: the plan of its kind, thresholds for its values."""

    spec: CheckSpec
    plan: object
    thresholds: dict


def prepare(spec: CheckSpec, around: Surroundings) -> Prepared:
    """:raises CheckUnusable: It cannot run; the text says why and what to do."""
    if spec.kind not in KINDS:
        raise CheckUnusable(f"There is no kind {spec.kind!r}: use {', '.join(KINDS)}.")
    if not 0 < spec.timeout <= MAX_TIMEOUT:
        raise CheckUnusable(
            f"The time-out must be up to {MAX_TIMEOUT:g} seconds.", "timeout"
        )
    if spec.port is not None and not 0 < spec.port < 65_536:
        raise CheckUnusable("The port must be between 1 and 65535.", "port")
    look_at_params(spec.params)
    rules = common_of(spec.params).thresholds
    if spec.kind == "passive":
        return Prepared(spec, None, rules)
    if spec.kind not in {"exec"} and not spec.target:
        raise CheckUnusable("The check needs an address or a name.", "host")
    if spec.kind in CONNECTING:
        # A mistyped host must not look like one that is down.
        ascii_host(spec.target)
    return Prepared(spec, PREPARE[spec.kind](spec, around), rules)


class Runners:
    """Runs prepared checks of all kinds; see `interfaces.Runner`.

    `http`: transfers at once; `others`: connections at once; `processes`:
    commands at once. `run` waits for its turn. `refused`: {check number: why
    it may not connect}, of those whose last run was refused.
    """

    def __init__(
        self, around: Surroundings, http=200, others=200, processes=8, called=str
    ):
        self.around, self._called = around, called
        self._loop = asyncio.get_running_loop()
        self._engine = HttpEngine(
            self._from_thread,
            http,
            around.user_agent,
            around.reach,
            around.quick_handshakes,
        )
        self._engine.start()
        self._others = asyncio.Semaphore(others)
        self._processes = asyncio.Semaphore(processes)
        self._tasks = set()
        self.refused = {}

    @property
    def pending(self) -> int:
        """Checks that run or wait for their turn."""
        return self._engine.pending + len(self._tasks)

    def begin(self, batch, done) -> None:
        """Run *batch*, pairs of (prepared, tag); ``done([(prepared, tag, outcome)])``.

        `done` is called in the loop, once for many. An outcome is None where
        a check has nothing to say.
        """
        jobs = []
        for prepared, tag in batch:
            if isinstance(prepared.plan, HttpPlan):
                jobs.append(HttpJob(prepared.plan, (prepared, tag, done)))
            else:
                self._task(self._single(prepared, tag, done))
        if jobs:
            self._engine.submit(jobs)

    async def run(self, prepared: Prepared) -> Outcome | None:
        """One check, now."""
        future = self._loop.create_future()
        self.begin([(prepared, None)], lambda results: future.set_result(results[0][2]))
        return await future

    async def stop(self, patience: float) -> None:
        """Wait up to *patience* seconds for what runs, then give it up."""
        end = self._loop.time() + patience
        while self.pending and self._loop.time() < end:
            await asyncio.sleep(0.05)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._engine.stop)

    def _task(self, work):
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _from_thread(self, jobs):
        try:
            self._loop.call_soon_threadsafe(self._finished, jobs)
        except RuntimeError:
            # The loop has ended while we stopped: nobody waits any more.
            logger.debug("%s results came after the end", len(jobs))

    def _finished(self, jobs):
        by_done = {}
        for job in jobs:
            prepared, tag, done = job.tag
            outcome = job.outcome
            # One address of many may be closed while another answers.
            self._note(prepared.spec, job.refusal if outcome is None else None)
            if outcome is not None and outcome.reason == "tls" and job.plan.expiry:
                self._task(self._with_expiry(job))
                continue
            if outcome is not None and prepared.thresholds:
                judge_values(outcome, prepared.thresholds)
            by_done.setdefault(done, []).append((prepared, tag, outcome))
        for done, results in by_done.items():
            done(results)

    def _note(self, spec, refusal):
        """Remember why *spec* was not run, or that it was.

        The first reason stays: of a name with many addresses each run may meet
        another, and nobody wants a line in the log for each.
        """
        if not refusal:
            self.refused.pop(spec.id, None)
        elif spec.id not in self.refused:
            self.refused[spec.id] = f"This check may not connect: {refusal}."
            logger.warning("Check %s: %s", self._called(spec.id), refusal)

    async def _with_expiry(self, job):
        """A broken certificate: look at it by a handshake of its own."""
        prepared, tag, done = job.tag
        plan, spec = job.plan, prepared.spec
        try:
            address = await reachable(spec, plan.port, self.around.reach)
            await add_expiry(job.outcome, address, plan.port, spec.host, plan.expiry)
        except (Failed, Refused):
            logger.debug("No certificate of check %s", self._called(spec.id))
        done([(prepared, tag, job.outcome)])

    async def _single(self, prepared, tag, done):
        turn = self._processes if prepared.spec.kind == "exec" else self._others
        async with turn:
            outcome = await self._guarded(prepared)
        if outcome is not None:
            judge_values(outcome, prepared.thresholds)
        done([(prepared, tag, outcome)])

    async def _guarded(self, prepared):
        spec = prepared.spec
        try:
            outcome = await self._one(prepared.plan, spec)
            self._note(spec, None)
            return outcome
        except Refused as refusal:
            self._note(spec, str(refusal))
            return None
        except Exception as error:
            # A target must never stop the poller, whatever it sends. What we
            # did not foresee is said with its place, and counts as no answer.
            logger.exception(
                "Check %s failed in a way of its own", self._called(spec.id)
            )
            return no_answer("protocol", f"{type(error).__name__}: {error}")

    async def _one(self, plan, spec):
        if spec.kind == "tcp":
            return await limited(run_tcp(plan, self.around), spec.timeout)
        if spec.kind == "tls":
            return await limited(run_tls(plan, self.around), spec.timeout)
        if spec.kind == "munin":
            return await limited(run_munin(plan, self.around), spec.timeout)
        if spec.kind == "dns":
            from .names import run_dns

            return await run_dns(plan)
        return await run_exec(plan)
