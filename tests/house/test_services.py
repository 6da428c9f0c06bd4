"""`make services`: what runs, what does not and why, and how it ends."""

import json
import os
import pytest
import signal
import subprocess
import sys


pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def clone(fresh_clone):
    return fresh_clone("services")


@pytest.fixture
def services(clone, require_server):
    """``services(*arguments, path=None)``: the command, started in a clone."""
    require_server("mosquitto")
    started = []

    def start(*arguments, path=None):
        process = subprocess.Popen(
            [sys.executable, clone / "scripts" / "services.py", *arguments],
            env={"PATH": path or os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def read_until(process, words):
    """What *process* says up to a line with *words*."""
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"{words!r} was not said:\n{said}")


def test_it_says_where_they_are_and_takes_them_away(services, clone):
    process = services("mosquitto", "clamd")
    said = read_until(process, "Ctrl-C")
    listed = clone / "var" / "services.json"
    urls = json.loads(listed.read_text())["servers"]
    assert sorted(urls) == ["clamd", "mosquitto"]
    assert f"HOARD_MOSQUITTO_URL={urls['mosquitto']}" in said
    assert listed.stat().st_mode & 0o077 == 0
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not listed.exists()


def test_it_is_stopped_from_elsewhere(services):
    process = services("mosquitto")
    read_until(process, "Ctrl-C")
    assert services("--stop").wait(60) == 0
    assert process.wait(60) == 0
    other = services("--stop")
    assert "No services run" in other.communicate()[0]
    assert other.returncode == 1


def test_what_cannot_be_started_is_said(services, clone, monkeypatch):
    server = clone / "tests" / "servers" / "clamd.py"
    whole = server.read_text()
    server.write_text(whole.replace("Foreground yes", "Nonsense yes"))
    try:
        process = services("mosquitto", "clamd")
        said = read_until(process, "Ctrl-C")
    finally:
        server.write_text(whole)
    assert "HOARD_MOSQUITTO_URL" in said and "HOARD_CLAMD_URL" not in said
    assert "clamd       not started" in said and "Nonsense" in said


def test_an_unknown_name_is_refused(services):
    process = services("mongodb")
    assert "no server is called mongodb; there are clamd" in process.communicate()[0]
    assert process.returncode == 2


def test_missing_packages_are_named(script, monkeypatch, capsys):
    services = script("services")
    monkeypatch.setattr(services, "can_install", lambda: False)
    monkeypatch.setattr(
        services.SERVERS["clamd"], "programs", lambda self: {"clamd": None}
    )
    services.get_services(
        servers=["clamd"], programs={"such-a-program": "such-package"}
    )
    said = capsys.readouterr().out
    assert "such-a-program" not in said.splitlines()[1]
    assert "--no-install-recommends such-package clamav-daemon" in said


def test_missing_packages_are_installed_by_root(script, monkeypatch):
    services = script("services")
    asked = []
    monkeypatch.setattr(services, "can_install", lambda: True)
    monkeypatch.setattr(
        services,
        "install_debian_packages",
        lambda packages, why: asked.extend(packages),
    )
    services.get_services(servers=[], programs={"such-a-program": "such-package"})
    assert asked == ["such-package"]
