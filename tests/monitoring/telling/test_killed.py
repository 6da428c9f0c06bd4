"""A process that is killed while it sends."""

from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.channels import make_channels
from monitoring_world import World
import asyncio
import pytest
import signal
import subprocess
import sys
import time


SENDER = """
import sys
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.channels import make_channels

url, port, now = sys.argv[1:]
settings = {"host": "127.0.0.1", "port": int(port), "sender": "hoard@example.org"}
Teller(open_engine(url), make_channels({"mail": settings})).flush(int(now))
"""
PEOPLE = tuple(f"person{n}" for n in range(12))


class SlowMailbox:
    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.1)
        number = envelope.content.split(b"Message-ID: ")[1].split(b"\r\n")[0]
        self.got.append((envelope.rcpt_tos[0], number))
        return "250 OK"


@pytest.fixture
def mailbox(mail_server):
    return mail_server(SlowMailbox())


def test_everybody_is_told_whenever_it_is_killed(tmp_path, mailbox, python_environment):
    world = World(tmp_path / "hoard.db")
    world.checks("www")
    world.roster(contacts=PEOPLE)
    world.start()
    world.change(www="crit")
    port = str(mailbox.settings["port"])
    child = subprocess.Popen(
        [sys.executable, "-c", SENDER, world.url, port, str(world.now)],
        env=python_environment,
    )
    deadline = time.monotonic() + 60
    while len(mailbox.got) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait(60) == -signal.SIGKILL
    Teller(world.engine, make_channels({"mail": mailbox.settings})).flush(world.now)
    assert {address for address, _ in mailbox.got} == {
        f"{name}@example.org" for name in PEOPLE
    }
    # At most the one that was on its way.
    assert len(mailbox.got) <= len(PEOPLE) + 1
    assert len({number for _, number in mailbox.got}) == len(PEOPLE)
