"""Ending a process together with all that it started."""

from pathlib import Path
import asyncio
import contextlib
import os
import signal


PATIENCE = 0.3
ROUNDS = 50


async def end_group(leader: int) -> None:
    """End the process group and session of *leader*, whatever it ignores.

    The group is asked first. Then it is stopped before it is killed, so that
    it cannot fork faster than we kill, until nothing of it is left.
    """
    if _signal(leader, signal.SIGTERM):
        await asyncio.sleep(PATIENCE)
    for _ in range(ROUNDS):
        _signal(leader, signal.SIGSTOP)
        left = _signal(leader, signal.SIGKILL)
        strays = session_members(leader)
        for pid in strays:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not left and not strays:
            return
        await asyncio.sleep(0.02)


def _signal(group, number):
    """Whether there was anybody to receive it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def session_members(session: int) -> list[int]:
    """Living processes of *session*, also those in groups of their own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything, brackets too.
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(entry.parent.name))
    return found
