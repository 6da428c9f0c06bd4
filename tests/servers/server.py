"""What all servers have in common. Standard library only, no Zope."""

from pathlib import Path
from urllib.parse import urlsplit
import grp
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time


KEEPER = Path(__file__).with_name("keeper.py")
HOST = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections: nobody takes the
# port of a server that is stopped for a while.
PORTS = range(20000, 32000)
# Seconds; a laden machine needs more than an idle one.
PATIENCE = 90
TAIL = 12


class NotThere(Exception):
    """A server cannot be had here; the text says why and what to do."""


class NotStarted(Exception):
    """A server was started and does not answer; the text has its log's tail."""


class NotOurs(Exception):
    """Somebody else runs this server; tests must not stop it."""


class Server:
    """A server of our own on a free port, its data in a temporary directory.

    `stop` and `kill` keep the data for the next `start`. `close`, or the end
    of this process, ends everything and removes the data.

    `adopt` makes an object for a server that runs already.
    """

    #: Name, for variables and fixtures; the Debian packages that bring it.
    name = None
    packages = ()
    #: What ends it politely.
    ending = signal.SIGTERM

    host = HOST
    #: Log-in name and password, where it has any.
    user_name = None
    password = None

    def __init__(self):
        self.adopted = None
        self.directory = None
        self.port = None
        self.paused = False
        self._keeper = None
        self._orders = threading.RLock()

    # For subclasses

    @property
    def url(self):
        raise NotImplementedError

    def programs(self):
        """``{name: path or None}`` of what must be there."""
        raise NotImplementedError

    def prepare(self):
        """Write the configuration into `directory`; called once."""

    def command(self):
        """What to run, a list."""
        raise NotImplementedError

    def environment(self):
        """What to add to the environment."""
        return {}

    def answers(self):
        """Whether a client gets a sensible answer; may raise OSError."""
        raise NotImplementedError

    #: Name of the system's user who runs it when we are root.
    user = None

    # For tests

    @classmethod
    def adopt(cls, url):
        """The server at *url*, which somebody else started and stops.

        :raises NotStarted: It does not answer.
        """
        server = cls()
        parts = urlsplit(url)
        server.host, server.port, server.adopted = parts.hostname, parts.port, url
        server.user_name, server.password = parts.username, parts.password
        if not server._answers():
            raise NotStarted(f"{cls.name}: nothing answers at {hidden(url)}")
        return server

    def start(self):
        """Start it unless it runs, and wait until it answers.

        :raises NotThere: A program is missing.
        :raises NotStarted: It does not answer.
        """
        if self.adopted or self.running:
            return self
        if self.directory is None:
            self.look()
            self._open()
        self._order(
            "start",
            command=[os.fspath(part) for part in self.command()],
            log=str(self.log),
            cwd=str(self.directory),
            env=self._whole_environment(),
            user=self._user(),
        )
        self._wait()
        return self

    def look(self):
        """See that all that is needed is there.

        :raises NotThere: Something is missing.
        """
        if not sys.platform.startswith("linux"):
            raise NotThere(f"{self.name}: servers for tests are started on Linux only")
        if missing := sorted(n for n, path in self.programs().items() if not path):
            raise NotThere(
                f"{self.name}: {', '.join(missing)} not found. On Debian, as root: "
                f"apt-get install --no-install-recommends {' '.join(self.packages)}"
            )

    def stop(self, patience=20):
        """End it politely; after *patience* seconds kill it."""
        self._must_be_ours()
        self.paused = False
        if self._keeper:
            self._order("stop", number=int(self.ending), patience=patience)

    def kill(self):
        """End it as a power failure does."""
        self._must_be_ours()
        self.paused = False
        if self._keeper:
            self._order("kill")

    def pause(self):
        """Let it hang: connections are accepted by the system, nobody answers."""
        self._must_be_ours()
        self._order("signal", number=int(signal.SIGSTOP))
        self.paused = True

    def resume(self):
        self._must_be_ours()
        self._order("signal", number=int(signal.SIGCONT))
        self.paused = False

    def restart(self):
        self.stop()
        return self.start()

    def heal(self):
        """Undo what a test did to it: running again, nothing paused."""
        if self._keeper is None:
            return
        if self.paused:
            self.resume()
        self.start()

    def close(self):
        """End everything and remove the data."""
        keeper, self._keeper = self._keeper, None
        if keeper:
            keeper.stdin.close()
            keeper.stdout.close()
            keeper.wait()
        self.directory = None

    @property
    def running(self):
        return self._keeper is not None and self._order("alive")

    @property
    def processes(self):
        """Ids of its processes."""
        return self._order("processes") if self._keeper else []

    @property
    def log(self):
        """Path of what it printed."""
        return self.directory / "output.log"

    def run(self, *command, **options):
        """Run a command line tool as the server's user; returns its output.

        :raises NotStarted: It failed; the text has its output.
        """
        user = self._user()
        who = {"user": user, "group": user, "extra_groups": []} if user else {}
        result = subprocess.run(
            [os.fspath(part) for part in command],
            cwd=self.directory,
            env=self._whole_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            **who,
            **options,
        )
        if result.returncode:
            raise NotStarted(f"{command[0]} failed:\n{result.stdout}")
        return result.stdout

    # Inside

    def _must_be_ours(self):
        if self.adopted:
            self.refuse(
                f"{self.name} at {hidden(self.adopted)} was started by somebody else, "
                "and this test breaks it: run without `make services` and without "
                f"{variable(self.name)}"
            )

    def refuse(self, text):
        """What is done when a test wants to stop a server of somebody else."""
        raise NotOurs(text)

    def _open(self):
        self.directory = Path(tempfile.mkdtemp(prefix=f"hoard-{self.name}-"))
        self._keeper = subprocess.Popen(
            [sys.executable, "-S", str(KEEPER), str(self.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.port = free_port()
        try:
            if user := self._user():
                shutil.chown(self.directory, user, user)
            self.prepare()
        except BaseException:
            self.close()
            raise

    def _user(self):
        return self.user if self.user and os.geteuid() == 0 else None

    def _whole_environment(self):
        kept = ("PATH", "LANG", "JAVA_HOME")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        home = str(self.directory or tempfile.gettempdir())
        env |= {"HOME": home, "TMPDIR": home}
        return env | self.environment()

    def _order(self, do, **details):
        with self._orders:
            line = json.dumps({"do": do, **details}) + "\n"
            self._keeper.stdin.write(line.encode())
            self._keeper.stdin.flush()
            answer = json.loads(self._keeper.stdout.readline() or "null")
        if isinstance(answer, dict):
            raise NotStarted(f"{self.name}: {answer['error']}")
        return answer

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                lines = self.log.read_text(errors="replace").splitlines()
                self.kill()
                if len(lines) > 2 * TAIL:
                    # What went wrong first is often the reason of the rest.
                    lines[TAIL:-TAIL] = ["..."]
                raise NotStarted("\n".join([f"{self.name} does not start:", *lines]))
            time.sleep(0.05)

    def _answers(self):
        try:
            return self.answers()
        except (OSError, EOFError):
            return False

    def ask(self, data, size=1):
        """Send *data* to the port; the first *size* bytes of the answer."""
        with socket.create_connection((self.host, self.port), 5) as connection:
            connection.sendall(data)
            return receive(connection, size)


def variable(name):
    """The environment variable that names the URL of a server."""
    return f"HOARD_{name.upper()}_URL"


def hidden(url):
    """*url* without its password."""
    return re.sub(r"(//[^:/@]*):[^@]*@", r"\1:...@", url)


def receive(connection, size):
    """Exactly *size* bytes.

    :raises EOFError: The other side ended before.
    """
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise EOFError
        received += part
    return received


def free_port():
    """A port of 127.0.0.1 that nobody listens at."""
    for port in random.sample(PORTS, 200):
        with socket.socket() as attempt:
            try:
                attempt.bind((HOST, port))
                return port
            except OSError:
                continue
    raise NotThere("no free port was found on 127.0.0.1")


def find(*names, places=()):
    """Path of the first program of *names*, looked for in *places* too."""
    path = os.pathsep.join(
        [os.environ.get("PATH", ""), "/usr/local/sbin:/usr/sbin:/sbin", *places]
    )
    return next(filter(None, (shutil.which(n, path=path) for n in names)), None)


def has_user(name):
    try:
        return bool(pwd.getpwnam(name) and grp.getgrnam(name))
    except KeyError:
        return False
