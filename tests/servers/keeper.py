"""Runs beside the tests: starts a server's processes, and ends every one.

Orders come as JSON, one a line, on standard input; each gets one answer. When
the input ends, however the other side came to its end, all processes are
killed and the server's directory is removed. Needs Linux: /proc and prctl.
"""

from pathlib import Path
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time


# PR_SET_CHILD_SUBREAPER of linux/prctl.h: orphans become children of ours, so
# that a server which puts itself into the background is still found.
ADOPT_ORPHANS = 36


class Keeper:
    """The processes of one server."""

    def __init__(self, directory):
        self.directory = directory
        self.process = None

    def start(self, command, log, cwd, env, user=None):
        """Run *command*, its output goes to the end of the file *log*."""
        who = {"user": user, "group": user, "extra_groups": []} if user else {}
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **who,
            )
        return self.process.pid

    def signal(self, number):
        """Send *number* to every process there is."""
        for pid in descendants(os.getpid()):
            send(pid, number)
        return True

    def stop(self, number, patience):
        """Ask the server to end, wait *patience* seconds, then kill it."""
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            send(self.process.pid, number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        return self.kill()

    def kill(self):
        """End all processes at once; True when none is left."""
        for _ in range(500):
            self.signal(signal.SIGKILL)
            reap()
            if not descendants(os.getpid()):
                self.process = None
                return True
            time.sleep(0.01)
        return False

    def alive(self):
        """Whether the server's first process is running, stopped or not."""
        return bool(self.process) and self.process.poll() is None

    def processes(self):
        """Ids of all processes."""
        return descendants(os.getpid())

    def clean(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def descendants(pid):
    """Ids of the processes that come from *pid*, parents first."""
    children = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The program's name is in brackets and may hold anything.
            fields = path.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue  # Ended meanwhile.
        if fields[0] != b"Z":
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, ())
    return found[1:]


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def reap(number=None, frame=None):
    """Take note of every child that has ended: the adopted ones too."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def leave(number, frame):
    raise SystemExit(0)


def main(directory):
    ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    signal.signal(signal.SIGCHLD, reap)
    keeper = Keeper(directory)
    try:
        for line in sys.stdin:
            order = json.loads(line)
            try:
                answer = getattr(keeper, order.pop("do"))(**order)
            except OSError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    finally:
        keeper.clean()


if __name__ == "__main__":
    main(sys.argv[1])
