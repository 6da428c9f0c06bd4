"""A real poller in a process of its own, whose clock was moved and runs faster."""

from aiosmtpd.controller import Controller
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from monitoring.poller.running import wait_for
from servers.server import free_port
import os
import signal
import socket
import subprocess
import sys
import time


PROGRAM = """
import sys, time

begun, start, speed = map(float, sys.argv[1:4])
wall, steady = time.time, time.clock_gettime
boot = steady(time.CLOCK_BOOTTIME) - (wall() - begun)


def moved(which):
    now = steady(which)
    return boot + (now - boot) * speed if which == time.CLOCK_BOOTTIME else now


time.time = lambda: start + (wall() - begun) * speed
time.clock_gettime = moved

from collective.hoard.monitoring.command import main

sys.exit(main(["run", "--config", sys.argv[4]]))
"""


@dataclass(frozen=True)
class Time:
    """UTC seconds that begin at *start* and go *speed* times as fast."""

    start: float
    speed: float
    begun: float

    def __call__(self):
        return self.start + (time.time() - self.begun) * self.speed

    def wait(self, seconds):
        time.sleep(seconds / self.speed)


class Poller:
    """``with Poller(site, folder, start, speed, mail) as poller:``"""

    def __init__(self, site, folder, start, speed, mail_port):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._site, self._path = site, folder / "poller.toml"
        self.now = Time(start, speed, time.time())
        self._path.write_text(
            f"[database]\nurl = '{site.url}'\n[poller]\nflush = 0.05\n"
            f"[http]\nlisten = '127.0.0.1:{self.port}'\n[mail]\nhost = '127.0.0.1'\n"
            f"port = {mail_port}\nsender = 'hoard@example.org'\n"
        )

    def __enter__(self):
        clock = map(str, (self.now.begun, self.now.start, self.now.speed))
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *clock, self._path],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
            stderr=(self._path.parent / "poller.log").open("ab"),
        )
        wait_for(self.listens)
        return self

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            assert self.process.poll() is None, self.log()
            return False

    def log(self):
        return (self._path.parent / "poller.log").read_text()

    def kill(self):
        """As a power failure does; the time at which it happened."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)
        return self.now()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


class Mailbox:
    """A mail server that keeps ``(time, recipient, subject, whole text)``."""

    def __init__(self):
        self.got, self.now = [], time.time
        self.port = free_port()

    def __enter__(self):
        self._server = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=60
        )
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop()

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=default)
        texts = [
            part.get_content()
            for part in mail.walk()
            if part.get_content_maintype() == "text"
        ]
        for address in envelope.rcpt_tos:
            self.got.append((self.now(), address, mail["Subject"], "\n".join(texts)))
        return "250 OK"

    def to(self, address):
        return [mail for mail in self.got if mail[1] == address]
