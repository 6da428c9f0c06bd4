"""A clock that tests turn, and a PostgreSQL of the tests' own."""

from pathlib import Path
from uuid import uuid4
import os
import shutil
import socket
import subprocess


class Clock:
    """Stands still until a test turns it."""

    def __init__(self, now=0):
        self.now = now

    def __call__(self):
        return self.now


class Cluster:
    """A PostgreSQL server on a free port, its data below *folder*."""

    def __init__(self, programs, folder):
        self._programs = programs
        self._folder = folder
        self._port = free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self._data = folder / "data"
        self._run("initdb", "--auth=trust", "--username=hoard", "-D", self._data)
        self.start()

    def _run(self, program, *arguments):
        command = [str(self._programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres"] + [
                "--init-groups",
                *command,
            ]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self._folder
        )
        assert done.returncode == 0, done.stderr

    def start(self):
        options = f"-p {self._port} -k {self._folder} -h 127.0.0.1 -F"
        log = self._folder / "log"
        self._run("pg_ctl", "-w", "-D", self._data, "-o", options, "-l", log, "start")

    def stop(self):
        self._run("pg_ctl", "-w", "-m", "fast", "-D", self._data, "stop")

    def create_database(self):
        """The URL of a fresh database."""
        name = f"t{uuid4().hex[:12]}"
        self._run("createdb", "-h", "127.0.0.1", "-p", self._port, "-U", "hoard", name)
        return f"postgresql+psycopg://hoard@127.0.0.1:{self._port}/{name}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def postgresql_programs():
    """The folder of PostgreSQL's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).parent if path else None
