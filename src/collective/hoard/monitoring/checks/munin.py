"""A Munin node as the source of a check's values.

The node's plugins bring numbers and, if they like, thresholds of their own.
"""

from .connecting import connect
from .connecting import Failed
from .connecting import reachable
from .connecting import Stopwatch
from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .interfaces import no_answer
from .interfaces import Outcome
from .interfaces import worse
from .parameters import Parameters
from .ranges import alerts
from .ranges import threshold
from .surroundings import Surroundings
from dataclasses import dataclass
import math
import re


PORT = 4949
MOST_PLUGINS = 50
MOST_LINES = 2000
_PLUGIN = re.compile(r"^[A-Za-z0-9_.:-]{1,100}$")
_FIELD = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)\.(value|warning|critical)\s+(\S+)\s*$")


@dataclass(frozen=True, slots=True)
class MuninPlan:
    spec: CheckSpec
    plugins: tuple
    judge: bool


def prepare_munin(spec: CheckSpec, around: Surroundings) -> MuninPlan:
    """:raises CheckUnusable: Bad parameters."""
    given = Parameters(spec)
    plugins = tuple(given.texts("plugins", MOST_PLUGINS))
    for name in plugins:
        if not _PLUGIN.match(name):
            raise CheckUnusable(f"{name!r} is not the name of a Munin plugin.")
    if not plugins:
        raise CheckUnusable("plugins must list at least one of the node's plugins.")
    plan = MuninPlan(spec, plugins, given.flag("node_thresholds", True))
    given.done()
    return plan


async def run_munin(plan: MuninPlan, around: Surroundings) -> Outcome:
    """See `interfaces.Runner`; the caller sets the time limit."""
    watch, spec = Stopwatch.start(), plan.spec
    port = spec.port or PORT
    try:
        address = await reachable(spec, port, around.reach)
        streams = await connect(address, port)
    except Failed as failure:
        failure.outcome.ms = watch.ms()
        return failure.outcome
    outcome = await _ask(plan, *streams)
    outcome.ms = watch.ms()
    return outcome


async def _ask(plan, reader, writer):
    try:
        greeting = await reader.readline()
        if not greeting.startswith(b"# munin node at"):
            return no_answer("protocol", "This is not a Munin node")
        outcome = Outcome(
            "ok", None, text=greeting[2:].decode("utf-8", "replace").strip()
        )
        for plugin in plan.plugins:
            fields = await _fields(reader, writer, "fetch", plugin)
            if plan.judge:
                fields = [*await _fields(reader, writer, "config", plugin), *fields]
            _take(outcome, plugin, fields)
        writer.write(b"quit\n")
        return outcome
    except (OSError, EOFError, ValueError) as error:
        return no_answer("reset", f"The node broke off: {error}")
    finally:
        writer.transport.abort()


async def _fields(reader, writer, command, plugin):
    """[(field, what, text)] of one answer, which ends with a dot."""
    writer.write(f"{command} {plugin}\n".encode("ascii"))
    await writer.drain()
    found = []
    for _ in range(MOST_LINES):
        line = await reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError("the answer has no end")
        text = line.decode("utf-8", "replace").strip()
        if text == ".":
            return found
        if match := _FIELD.match(text):
            found.append(match.groups())
    raise ValueError(f"{plugin} has more than {MOST_LINES} lines")


def _take(outcome, plugin, fields):
    limits = {(field, what): text for field, what, text in fields if what != "value"}
    for field, what, text in fields:
        number = _number(text) if what == "value" else None
        if number is None:
            continue
        path = f"{plugin}.{field}"
        outcome.values[path] = (number, "")
        for word, status in (("warning", "warn"), ("critical", "crit")):
            limit = limits.get((field, word))
            if limit and _alerts(limit, number):
                worse(outcome, status, "threshold", f"{path} is {number:g}")
    if not any(what == "value" for _, what, _ in fields):
        worse(outcome, "crit", "plugin", f"The node has no plugin {plugin}")


def _alerts(limit, number):
    """Munin writes ``:10`` where others write ``~:10``."""
    written = f"~{limit}" if limit.startswith(":") else limit
    try:
        threshold(written)
    except CheckUnusable:
        return False
    return alerts(written, number)


def _number(text):
    """A plugin says U where it does not know."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
