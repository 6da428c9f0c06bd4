"""Starting and ending the command: what hinders it is a sentence."""

from collective.hoard.monitoring.command import main
from contextlib import contextmanager
from functools import partial
from monitoring.poller.running import wait_for
import json
import os
import pytest
import signal
import socket
import subprocess
import sys
import time


COMMAND = [sys.executable, "-m", "collective.hoard.monitoring.command"]


@pytest.fixture
def configured(site, tmp_path):
    """``configured(text)``: the path of a configuration on the site's database."""

    def write(text="", name="poller.toml"):
        path = tmp_path / name
        path.write_text(f"[database]\nurl = {json.dumps(site.url)}\n{text}")
        return str(path)

    return write


@contextmanager
def started(path, *words, before=None):
    """The process; it is killed at last."""
    command = [*COMMAND, *(words or ["run"]), "--config", path]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, preexec_fn=before
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def on_sighup(action):
    signal.signal(signal.SIGHUP, action)


def beats(site, process):
    query = f"SELECT pid FROM poller WHERE pid = {process.pid} AND checks >= 0"
    return site.wait_for(query)


@pytest.mark.parametrize(
    "listen,words",
    [
        ("192.0.2.1:8094", "192.0.2.1"),
        ("no-such-host.invalid:8094", "no-such-host.invalid"),
        ("TAKEN", "in use"),
    ],
)
def test_a_port_that_cannot_be_had_is_said(site, configured, capfd, listen, words):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = listen.replace("TAKEN", f"127.0.0.1:{taken.getsockname()[1]}")
        path = configured(f'[http]\nlisten = "{listen}"\n')
        assert main(["run", "--config", path]) == 2
    said = capfd.readouterr().err
    assert ("http.listen: nothing can listen" in said, words in said) == (True, True)
    assert "Traceback" not in said


@pytest.fixture
def sleeping(site, configured, tmp_path):
    """A configuration with a check that sleeps, and where its process number is."""
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 300\n")
    sleeper.chmod(0o755)
    site.add("slow", "exec", interval=1, timeout=60, params={"command": "sleeper"})
    settings = (
        f'[exec]\ncommands = {{sleeper = "{sleeper}"}}\n[poller]\npatience = 0.1\n'
    )
    return configured(settings), tmp_path / "pid"


@pytest.mark.parametrize("command, status", [("run", 0), ("once", 1)])
def test_sighup_ends_it_cleanly_with_its_commands(site, sleeping, command, status):
    path, where = sleeping
    # The tests themselves may run under nohup.
    with started(path, command, before=partial(on_sighup, signal.SIG_DFL)) as process:
        assert wait_for(where.is_file)
        pid = int(wait_for(where.read_text))
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == status
    ended = site.ask("SELECT 1 FROM poller WHERE stopped IS NOT NULL")
    assert ended == ([(1,)] if command == "run" else [])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_under_nohup_it_stays(site, configured):
    ignore = partial(on_sighup, signal.SIG_IGN)
    with started(configured(), before=ignore) as process:
        assert beats(site, process)
        time.sleep(0.5)
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)


def test_a_second_one_does_not_start(site, configured, capfd):
    with started(configured()) as process:
        assert beats(site, process)
        assert main(["run", "--config", configured()]) == 2
        assert f"as process {process.pid}" in capfd.readouterr().err
        assert process.poll() is None


def test_after_a_kill_it_starts_at_once(site, configured):
    path = configured()
    with started(path) as first:
        assert beats(site, first)
        first.kill()
        first.wait()
    with started(path) as second:
        assert beats(site, second)
        second.terminate()
        said = second.communicate(timeout=60)[1]
    assert "did not end as it should" in said
    assert second.returncode == 0


def test_a_spool_that_cannot_be_opened_is_said(tmp_path, capfd):
    spool = tmp_path / "spool"
    spool.write_text("this is no database at all, but a text of some length\n" * 99)
    path = tmp_path / "satellite.toml"
    path.write_text(
        f'[satellite]\ncentre = "http://127.0.0.1:9"\ntoken = "env:HOME"\n'
        f'spool = "{spool}"\n'
    )
    assert main(["satellite", "--config", str(path)]) == 2
    assert "satellite.spool" in capfd.readouterr().err
