"""Run the steps of a job: one line each, with the time it took.

What a step prints goes into a log; of a failed one the tail is shown.
"""

from contextlib import contextmanager
from pathlib import Path
import os
import signal
import subprocess
import sys
import threading
import time


ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "var" / "log" / "house"
TAIL = 25
# How long a process may take to end by itself.
PATIENCE = 20


def say(text=""):
    print(text, flush=True)


def give_up(text):
    """Print *text* for a person and end the job."""
    print(f"\n{text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def stop_on_signals():
    """Let SIGTERM and SIGHUP end the job as Ctrl-C does: tidily."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


@contextmanager
def progress(title):
    """Show ``title ... seconds`` on one line; on a terminal the seconds run."""
    start = time.monotonic()
    done = threading.Event()
    live = sys.stdout.isatty()
    line = f"  {title:.<60} "

    def show(word="", end=""):
        text = f"{word}{time.monotonic() - start:.0f} s"
        print(f"\r{line}{text}" if live else text, end=end, flush=True)

    def tick():
        while not done.wait(1):
            show()

    print(line, end="", flush=True)
    if live:
        threading.Thread(target=tick, daemon=True).start()
    word = "stopped after "
    try:
        yield
        word = ""
    finally:
        done.set()
        show(word, end="\n")


@contextmanager
def running(command, log, cwd=ROOT, env=None):
    """A process that does not outlive the block, nor do its children.

    It has a session of its own: a Ctrl-C reaches us alone, and we stop it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process):
    """End *process* and all that it started, politely first."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # Nothing is left: good.
    process.wait()


def run_step(title, command, advice, cwd=ROOT, env=None):
    """Run *command*, a list, as one step.

    :param advice: What a person can do about a failure.
    :raises SystemExit: The command failed; its log's tail and *advice* were shown.
    """
    log = log_of(title)
    try:
        with progress(title), running(command, log, cwd, env) as process:
            if process.wait():
                raise subprocess.CalledProcessError(process.returncode, command)
    except (subprocess.CalledProcessError, OSError) as error:
        explain(title, error, log, advice)


def log_of(title):
    words = "".join(c if c.isalnum() else " " for c in title).lower().split()
    return LOGS / f"{'-'.join(words)[:50]}.log"


def explain(title, error, log, advice):
    """Show the tail of *log* and what to do, and end the job."""
    lines = log.read_text(errors="replace").splitlines()[-TAIL:]
    if isinstance(error, OSError):
        lines.append(str(error))
    tail = "\n".join(f"    {line}" for line in lines)
    give_up(
        f"Step failed: {title}\n{tail}\n\n"
        f"The whole log: {log.relative_to(ROOT)}\nWhat to do: {advice}"
    )
