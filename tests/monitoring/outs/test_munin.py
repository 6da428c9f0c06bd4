"""Debian's Munin asks our node, and draws what it says."""

from collective.hoard.monitoring.outs.munin_server import MuninServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
import asyncio
import os
import pytest
import socket
import subprocess


MUNIN_UPDATE = "/usr/share/munin/munin-update"
CONFIGURATION = """\
dbdir {place}/db
htmldir {place}/html
logdir {place}/log
rundir {place}/run
[hoard]
    address 127.0.0.1
    port {port}
    use_node_name no
"""


@pytest.fixture
def node(database):
    """The port of a node that answers in a thread."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()

    def do(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)

    server = MuninServer(database, "127.0.0.1", 0, name="hoard")
    do(server.__aenter__())
    yield server.port
    do(server.__aexit__())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def ask(port, *lines):
    """All that the node says, to the end."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall("".join(f"{line}\n" for line in lines).encode())
        with connection.makefile("rb") as stream:
            return stream.read().decode()


def test_a_conversation(node):
    told = ask(node, "cap", "list", "fetch hoard_checks", "quit")

    assert told.startswith("# munin node at hoard\n")
    assert "ok.value 2\n" in told


@pytest.mark.parametrize("line", [b"\xff\xfe\n", b"x" * 100_000 + b"\n", b"", b"\n\n"])
def test_nonsense_ends_nothing_but_its_own_connection(node, line):
    with socket.create_connection(("127.0.0.1", node), 5) as connection:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    assert "crit.value 1\n" in ask(node, "fetch hoard_checks", "quit")


def test_others_than_those_allowed_are_not_answered(database):
    async def conversation():
        async with MuninServer(database, "127.0.0.1", 0, ["192.0.2.0/24"]) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            said = await reader.read()
            writer.close()
            return said

    assert asyncio.run(conversation()) == b""


@pytest.fixture
def place():
    """A folder where Munin's own user may write; it refuses to run as root."""
    with TemporaryDirectory(prefix="hoard-munin-") as name:
        folder = Path(name)
        for one in (folder, *(folder / n for n in ("db", "html", "log", "run"))):
            one.mkdir(exist_ok=True)
            one.chmod(0o777)
        yield folder


@pytest.mark.services
def test_debians_munin_takes_it_all(node, place, require_program):
    conf = place / "munin.conf"
    conf.write_text(CONFIGURATION.format(place=place, port=node))
    conf.chmod(0o644)
    command = [require_program(MUNIN_UPDATE), "--config_file", conf, "--nofork"]
    if os.geteuid() == 0:
        command = [
            *"setpriv --reuid munin --regid munin --clear-groups".split(),
            *command,
        ]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120)

    log = "".join(path.read_text() for path in (place / "log").iterdir())
    drawn = {path.name for path in (place / "db").rglob("*.rrd")}
    assert any("hoard_checks-crit" in name for name in drawn), log + done.stderr
    assert any("hoard_duration-web" in name for name in drawn)
    assert "Unknown service" not in log
    assert "Failed worker" not in log
