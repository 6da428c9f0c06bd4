"""Run a command and watch it: seconds, processor time and memory of all of it."""

from pathlib import Path
import os
import resource
import subprocess
import time


PAGE = os.sysconf("SC_PAGE_SIZE")


class Failed(RuntimeError):
    """The command ended with another exit status than expected."""


def watch(command, expected=(0,)):
    """``{"seconds", "processor", "mib"}`` of *command* and its children.

    Memory is the largest sum of resident pages that was seen, with shared
    pages counted once for each process, so it is never too low for long.

    :raises Failed: The command failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    os.set_blocking(process.stdout.fileno(), False)
    output, peak = b"", 0
    while process.poll() is None:
        peak = max(peak, sum(map(resident, family(process.pid))))
        output = (output + (process.stdout.read() or b""))[-5000:]
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    if process.returncode not in expected:
        output += process.stdout.read() or b""
        raise Failed(
            f"{command[0]}: exit status {process.returncode}\n{output.decode()}"
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "processor": used, "mib": peak / (1 << 20)}


def family(pid):
    """A process and all that it started."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:
            continue  # it ended meanwhile
        for child in children:
            yield from family(int(child))


def resident(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
