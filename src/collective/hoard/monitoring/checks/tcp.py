"""TCP: does a port answer, with what banner, and what does it say to a line?"""

from .authorities import tls_context
from .connecting import connect
from .connecting import Failed
from .connecting import reachable
from .connecting import Stopwatch
from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .interfaces import no_answer
from .interfaces import Outcome
from .interfaces import worse
from .latency import judge_latency
from .matching import found
from .parameters import Parameters
from .surroundings import Surroundings
from dataclasses import dataclass
import asyncio


READ = 65_536
ESCAPES = {"\\r": "\r", "\\n": "\n", "\\t": "\t"}


@dataclass(frozen=True, slots=True)
class TcpPlan:
    spec: CheckSpec
    send: bytes
    expect: str
    family: str
    tls: bool
    verify: bool
    slow: tuple


def prepare_tcp(spec: CheckSpec, around: Surroundings) -> TcpPlan:
    """:raises CheckUnusable: Bad parameters."""
    if not spec.port:
        raise CheckUnusable("A TCP check needs a port.")
    given = Parameters(spec)
    send = around.secrets.filled(given.text("send"), spec.trusted)
    for written, meant in ESCAPES.items():
        send = send.replace(written, meant)
    plan = TcpPlan(
        spec,
        send.encode("utf-8"),
        given.pattern("expect"),
        given.choice("ip", ("any", "4", "6"), "any"),
        given.flag("tls", False),
        given.flag("verify", True),
        (given.number("warn_ms"), given.number("crit_ms")),
    )
    given.done()
    return plan


async def run_tcp(plan: TcpPlan, around: Surroundings) -> Outcome:
    """See `interfaces.Runner`; the caller sets the time limit."""
    watch, phases = Stopwatch.start(), {}
    spec = plan.spec
    try:
        address = await reachable(spec, spec.port, around.reach, plan.family)
        phases["resolve"] = watch.ms()
        context = tls_context(plan.verify, around.ca_file) if plan.tls else None
        streams = await connect(address, spec.port, context, spec.host)
    except Failed as failure:
        failure.outcome.ms = watch.ms()
        return failure.outcome
    phases["connect"] = round(watch.ms() - phases["resolve"], 2)
    outcome = await _talk(plan, streams)
    outcome.ms, outcome.phases = watch.ms(), phases
    judge_latency(outcome, plan.slow)
    return outcome


async def _talk(plan, streams):
    reader, writer = streams
    try:
        if plan.send:
            writer.write(plan.send)
            await writer.drain()
        if not plan.expect:
            return Outcome("ok", None, text="The port answers")
        return await _listen(plan, reader)
    except OSError:
        return no_answer("reset", "The connection was reset")
    finally:
        writer.transport.abort()


async def _listen(plan, reader):
    """Read until the pattern is found; the end or too much of it is a miss."""
    heard = b""
    while len(heard) < READ and (piece := await reader.read(4096)):
        heard += piece
        if found(plan.expect, heard):
            return Outcome("ok", None, text=_shown(heard))
    if not heard:
        return no_answer("reset", "The connection was closed without a word")
    outcome = Outcome("ok", None)
    worse(outcome, "crit", "match", f"It says {_shown(heard)!r}, not {plan.expect}")
    return outcome


def _shown(heard):
    line = heard.decode("utf-8", "replace").strip().partition("\n")[0][:120]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


async def limited(work, timeout: float) -> Outcome:
    """*work* with an end: no answer by then is a time-out."""
    watch = Stopwatch.start()
    try:
        async with asyncio.timeout(timeout):
            return await work
    except TimeoutError:
        return no_answer("timeout", f"No answer within {timeout:g} s", watch.ms())
