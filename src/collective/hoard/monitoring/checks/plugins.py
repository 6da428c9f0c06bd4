"""Commands that follow the contract of the monitoring plugins."""

from .common import common_of
from .groups import end_group
from .groups import session_members
from .interfaces import CheckSpec
from .interfaces import CheckUnusable
from .interfaces import MAX_TEXT
from .interfaces import no_answer
from .interfaces import Outcome
from .parameters import Parameters
from .perfdata import split_output
from .surroundings import Surroundings
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
import asyncio
import os


STATUS = {0: "ok", 1: "warn", 2: "crit"}
#: Bytes of output that are kept; what is above is read and thrown away.
READ = 65_536
#: Of the pipe's buffer after the end: it holds no more than these.
ROUNDS = 32
#: What a plugin sees of our environment: no secret of ours.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class ExecPlan:
    """`unknown`: what exit status 3 counts as; "absent" is no sample at all."""

    spec: CheckSpec
    command: tuple
    unknown: str


def prepare_exec(spec: CheckSpec, around: Surroundings) -> ExecPlan:
    """:raises CheckUnusable: Bad parameters, or a command that is not allowed."""
    if not spec.trusted:
        raise CheckUnusable("Only managers' checks may run commands.")
    given = Parameters(spec)
    path = allowed_command(given.text("command"), around)
    words = given.texts("arguments")
    unknown = common_of(spec.params).unknown
    given.done()
    filled = [around.secrets.filled(_placed(word, spec), True) for word in words]
    return ExecPlan(spec, (path, *filled), unknown)


def allowed_command(command: str, around: Surroundings) -> str:
    """The path of *command*: a listed name, or a file of a listed directory."""
    if command in around.commands:
        return around.commands[command]
    path = Path(os.path.realpath(command)) if "/" in command else None
    for directory in around.directories:
        candidate = path or Path(directory, command)
        inside = Path(os.path.realpath(candidate)).parent == Path(
            os.path.realpath(directory)
        )
        if command and inside and os.access(candidate, os.X_OK):
            return str(candidate)
    raise CheckUnusable(
        f"The command {command!r} is not allowed: add it to exec.commands or its"
        " folder to exec.directories in the poller's configuration."
    )


def _placed(word, spec):
    """Fill in {address}, {name} and {port}; nothing else is special."""
    for mark, value in (
        ("{address}", spec.target),
        ("{name}", spec.host),
        ("{port}", str(spec.port or "")),
    ):
        word = word.replace(mark, value)
    return word


async def run_exec(plan: ExecPlan) -> Outcome | None:
    """See `interfaces.Runner`. Kills all that the command started when late."""
    began = monotonic()
    with Output() as output:
        try:
            process = await _start(plan.command, output)
        except OSError as error:
            said = f"{plan.command[0]} does not start: {error.strerror}"
            return no_answer("plugin", said)
        try:
            async with asyncio.timeout(plan.spec.timeout):
                await process.wait()
        except TimeoutError:
            said = f"Not finished within {plan.spec.timeout:g} s"
            return no_answer("timeout", said, _since(began))
        finally:
            await _tidy(process)
        return _outcome(plan, process.returncode, output.text(), _since(began))


async def _start(command, output):
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output.write_end,
        stderr=output.write_end,
        env=ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )


def _since(began):
    return round((monotonic() - began) * 1000.0, 2)


class Output:
    """A pipe whose first bytes are kept.

    Our own, because asyncio waits for the end of its pipes: a fork of the
    command that holds one open would hold us, too.
    """

    def __enter__(self):
        self._kept = bytearray()
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        asyncio.get_running_loop().add_reader(self._read_end, self._take)
        return self

    def __exit__(self, *_):
        asyncio.get_running_loop().remove_reader(self._read_end)
        os.close(self._read_end)
        os.close(self.write_end)

    def _take(self):
        try:
            piece = os.read(self._read_end, READ)
        except BlockingIOError:
            return False
        self._kept.extend(piece[: READ - len(self._kept)])
        return bool(piece)

    def text(self):
        """What was written until now."""
        for _ in range(ROUNDS):
            if not self._take():
                break
        return self._kept.decode("utf-8", "replace")


async def _tidy(process):
    """No process may outlive its check."""
    if process.returncode is None or session_members(process.pid):
        await end_group(process.pid)
        await process.wait()


def _outcome(plan, status, output, ms):
    text, values = split_output(output)
    word = STATUS.get(status)
    if word is None:
        if plan.unknown == "absent" and status == 3:
            return None
        word = plan.unknown if status == 3 else "crit"
    said = text or f"Exit status {status}, no output"
    reason = "" if word == "ok" else "plugin"
    outcome = Outcome(word, status, ms, said[:MAX_TEXT], reason, values)
    return outcome
