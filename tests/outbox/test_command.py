"""The command and the worker of an instance, with a real instance."""

from collective.hoard.outbox.command import main
from pathlib import Path
from time import monotonic
from time import sleep
import json
import os
import pytest
import signal
import subprocess
import sys


pytestmark = pytest.mark.slow

INSTANCE = Path(__file__).with_name("instance.py")
TOKEN = "a-token-of-many-letters"
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    "HOARD_OUTBOX_TOKEN": TOKEN,
}


def start(role, folder, **more):
    return subprocess.Popen(
        [sys.executable, str(INSTANCE), role, str(folder)],
        env={**ENVIRONMENT, **more},
        stdout=subprocess.PIPE,
        stderr=(folder / f"{role}.log").open("ab"),
        text=True,
    )


def command(*arguments):
    """``(exit code, output, errors)``"""
    done = subprocess.run(
        [sys.executable, "-m", "collective.hoard.outbox.command", *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An instance with a site; not running."""
    folder = tmp_path_factory.mktemp("instance")
    assert start("make", folder).wait(180) == 0, (folder / "make.log").read_text()
    return folder


@pytest.fixture
def conf(folder):
    return f"--config={folder / 'zope.conf'}"


@pytest.fixture
def running(folder):
    """Serves the site; ``.url`` of it."""
    process = start("serve", folder)
    process.url = f"http://127.0.0.1:{int(process.stdout.readline())}/Plone"
    yield process
    if process.poll() is None:
        process.terminate()  # Not killed: it would keep its leases for a while.
    process.wait(60)


def status(url, *arguments):
    code, out, err = command("status", "--json", f"--url={url}", *arguments)
    assert code < 3, err
    return code, json.loads(out)[url]["targets"]["sink"]


def test_the_command_opens_the_database(conf):
    code, out, _ = command("status", conf)
    assert code == 0 and "/Plone: ok" in out and "sink: 1 pending, 0 parked" in out
    assert command("status", conf, "--warning-pending=1")[0] == 1
    code, out, _ = command("status", conf, "--critical-pending=1", "--json")
    assert code == 2
    assert json.loads(out)["/Plone"]["targets"]["sink"]["problems"] == ["1 are pending"]

    code, out, _ = command("run", "--once", conf)
    assert code == 1 and "NOT REACHED: no target is registered for 'sink'" in out

    code, _, err = command("retry", conf, "fax")
    assert code == 3 and "there is no target 'fax'" in err
    code, _, err = command("status", conf, "--site=/other")
    assert code == 3 and "no site with an outbox at /other" in err


def test_a_running_filestorage_site_is_reached_by_http(conf, running):
    code, _, err = command("status", conf)
    assert code == 3 and "in use by a running instance" in err and "--url" in err

    code, target = status(running.url)
    assert code == 0 and target["pending"] == 1
    assert status(running.url, "--critical-pending=1")[0] == 2
    code, _, err = command("discard", "fax", "--yes", f"--url={running.url}")
    assert code == 3 and "there is no target 'fax'" in err
    code, _, err = command("status", f"--url={running.url}x")
    assert code == 3 and "Traceback" not in err


def test_the_instance_drains_by_itself_and_ends_gracefully(running, folder):
    ends = monotonic() + 60
    while not (target := status(running.url)[1])["failures"] or not target["drainer"]:
        assert monotonic() < ends
        sleep(0.2)
    assert f":{running.pid}:" in target["drainer"]

    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == -signal.SIGTERM
    code, out, err = command("status", "--json", f"--config={folder / 'zope.conf'}")
    assert json.loads(out)["/Plone"]["targets"]["sink"]["drainer"] == "", err


@pytest.mark.parametrize("switch,runs", [("", False), ("on", True)])
def test_a_script_drains_only_when_told_to(folder, switch, runs):
    process = start("script", folder, HOARD_OUTBOX=switch)
    out, _ = process.communicate(timeout=60)
    assert ("Worker" in out) is runs


def test_the_process_beside_runs_until_it_is_told_to_stop(folder, conf):
    process = subprocess.Popen(
        [sys.executable, "-m", "collective.hoard.outbox.command", "run", conf],
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert "delivers" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.mark.parametrize(
    "arguments,said",
    [
        (["status"], "--config zope.conf, or --url"),
        (["status", "--url=ftp://x"], "begins with http"),
        (["status", "--config=/nowhere/zope.conf"], "/nowhere/zope.conf"),
        (["status", "--url=http://127.0.0.1:9"], "does not answer"),
        (["run", "--url=http://127.0.0.1:9"], "--once"),
    ],
)
def test_what_is_missing_is_said(arguments, said, monkeypatch, capsys):
    monkeypatch.setenv("HOARD_OUTBOX_TOKEN", TOKEN)
    monkeypatch.delenv("ZOPE_CONF", raising=False)
    assert main(arguments) == 3
    assert said in capsys.readouterr().err


def test_without_a_token_nothing_is_asked(monkeypatch, capsys):
    monkeypatch.delenv("HOARD_OUTBOX_TOKEN", raising=False)
    assert main(["status", "--url=http://127.0.0.1:9"]) == 3
    assert "HOARD_OUTBOX_TOKEN" in capsys.readouterr().err
