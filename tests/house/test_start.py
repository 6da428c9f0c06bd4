"""`make start` on a fresh clone: it sets up, prints where to go, serves, stops."""

from contextlib import contextmanager
from pathlib import Path
from servers.server import free_port
import json
import os
import pytest
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


@contextmanager
def listening():
    """A port that is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def clone(fresh_clone, require_service):
    require_service("make")
    return fresh_clone("clone")


@pytest.fixture
def make_start(clone):
    """Run `make start` as a shell does: in a process group of its own."""
    started = []

    def start(**variables):
        left_out = ("PYTHONPATH", "MAKEFLAGS")
        env = {k: v for k, v in os.environ.items() if k not in left_out}
        process = subprocess.Popen(
            ["make", "start"],
            cwd=clone,
            env=env | {key: str(value) for key, value in variables.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=60)


def read_until_password(process):
    """What was printed up to the last line that a person waits for."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.strip().startswith("Password"):
            return "".join(lines)
    pytest.fail("".join(lines))


def ask(address, body=None):
    """``(status, text)``"""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(address, data, headers if body else {})
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def log_in(port, password):
    """The status of a log-in as "admin"."""
    body = {"login": "admin", "password": password}
    return ask(f"http://127.0.0.1:{port}/hoard/@login", body)[0]


def answers(address, seconds=60):
    """The status as soon as somebody answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            return ask(address)[0]
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"nobody answers at {address}")


def ends(true, seconds=60):
    """Whether it becomes *true*."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    return true()


def running_from(place):
    """Command lines of the processes that were started from *place*."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # It ended meanwhile.
        if str(place) in command:
            commands.append(command)
    return commands


def runs(place, command):
    """Whether *command* was started from *place*.

    Ask until it is: a program that has just been started has no command line yet.
    """
    return any(command in line for line in running_from(place))


def test_a_taken_port_is_said_before_anything_slow(clone, make_start):
    with listening() as port:
        process = make_start(PORT=port)
        output, _ = process.communicate(timeout=60)

    assert process.returncode != 0
    assert f"Port {port} cannot be used: Address already in use" in output
    assert f"PORT={port + 1} make start" in output
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("port", ["no", "0", "65536", "-1", "80 80"])
def test_a_wrong_port_is_said(make_start, port):
    process = make_start(PORT=port)
    output, _ = process.communicate(timeout=60)

    assert process.returncode != 0
    assert f"PORT={port} is no port" in output


def test_a_short_password_is_said_before_anything_slow(clone, make_start):
    process = make_start(PORT=free_port(), HOARD_ADMIN_PASSWORD="secret")
    output, _ = process.communicate(timeout=60)

    assert process.returncode != 0
    assert "HOARD_ADMIN_PASSWORD is too short" in output
    assert "at least 8 characters" in output
    assert not (clone / ".venv").exists()


@pytest.mark.slow
def test_a_failed_step_shows_its_log_and_what_to_do(make_start):
    process = make_start(PORT=free_port(), PIP_INDEX_URL="http://127.0.0.1:9/")
    output, _ = process.communicate(timeout=300)

    assert process.returncode != 0
    assert "Step failed: Installing uv into .venv" in output
    assert "The whole log: var/log/house/installing-uv-into-venv.log" in output
    assert "What to do: check the network" in output


@pytest.mark.slow
def test_from_a_fresh_clone_to_the_site_and_back(clone, make_start):
    """One test, because its first part takes the better part of a minute."""
    port = free_port()
    first = make_start(PORT=port)
    output = read_until_password(first)
    password = re.search(r"Password +(\S+)", output)[1]

    # It set itself up, and says where it is when it really answers.
    assert f"http://127.0.0.1:{port}/hoard" in output
    status, page = ask(f"http://127.0.0.1:{port}/hoard")
    assert status == 200
    assert "barceloneta" in page
    assert log_in(port, password) == 200
    assert log_in(port, "admin") == 401
    assert (clone / "var" / "admin-password").stat().st_mode & 0o777 == 0o600
    for name in ("buildout", "instance", "test"):
        assert os.access(clone / "bin" / name, os.X_OK)

    # A poller runs beside it, with a month of history.
    monitoring = clone / "var" / "monitoring"
    poller = json.loads((monitoring / "ports.json").read_text())["poller"]
    assert answers(f"http://127.0.0.1:{poller}/health") == 200
    assert ends(lambda: runs(clone, "hoard-poller") and runs(clone, "targets"))
    for name in ("vitals-token", "events-secret", "push-token"):
        assert (monitoring / name).stat().st_mode & 0o777 == 0o600
    history = (monitoring / "monitoring.db").stat().st_ino

    # A second one in the same place is refused: the database is in use.
    other, _ = make_start(PORT=free_port()).communicate(timeout=60)
    assert "the site of this directory runs already" in other

    # Ctrl-C stops everything.
    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=60)
    assert running_from(clone) == []

    # Again: nothing to set up, the history stays, and a password of one's own.
    second = make_start(PORT=port, HOARD_ADMIN_PASSWORD="of my own")
    output = read_until_password(second)
    assert "Installing" not in output
    assert (monitoring / "monitoring.db").stat().st_ino == history
    assert "Password     of my own" in output
    assert log_in(port, "of my own") == 200
    assert log_in(port, password) == 401

    # SIGTERM to make alone stops everything too.
    second.terminate()
    second.communicate(timeout=60)
    assert running_from(clone) == []

    # So does killing make, within seconds.
    third = make_start(PORT=port)
    read_until_password(third)
    assert ends(lambda: runs(clone, "hoard-poller") and runs(clone, "targets"))
    third.kill()
    third.communicate(timeout=60)
    assert ends(lambda: running_from(clone) == [])
