"""Every result of a satellite arrives at the centre, and arrives once."""

from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.poller.engine import moment
from collective.hoard.monitoring.poller.interfaces import Own
from collective.hoard.monitoring.satellite.centre import batches
from collective.hoard.monitoring.satellite.spool import Spool
from monitoring.poller.running import Running
from monitoring.poller.running import wait_for
from monitoring.satellite.quick import Quick
from threading import Event
from threading import Thread
import json
import pytest
import socket
import subprocess
import sys
import time


@pytest.fixture
def far(site):
    """A check of Berlin that does not run by itself for an hour."""
    columns = {"address": "127.0.0.1", "port": 9, "interval": 3600, "slot": 7200}
    return site.add("far", "tcp", params={"where": ["berlin"]}, **columns)


class Centre:
    """The poller as a process that can be killed; ``with`` it."""

    def __init__(self, site, port, folder):
        self._file, self._port = folder / "centre.toml", port
        self._file.write_text(
            f"[database]\nurl = '{site.url}'\n[poller]\nflush = 0.05\n"
            f"[http]\nlisten = '127.0.0.1:{port}'\n"
        )

    def __enter__(self):
        module = "collective.hoard.monitoring.command"
        command = [sys.executable, "-m", module, "run", "--config", self._file]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        assert wait_for(self._answers), "the centre did not start"

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait(60)

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True


@pytest.fixture
def centre(site, port, tmp_path):
    return Centre(site, port, tmp_path)


@pytest.fixture
def satellite(site, port, tmp_path):
    settings = {
        "centre": f"http://127.0.0.1:{port}",
        "token": site.token("berlin", kind="satellite"),
        "spool": str(tmp_path / "satellite.db"),
        "replay": 1e6,
    }
    return lambda: Running(site, Quick, satellite=settings)


class Numbers:
    """Hands numbered samples to a satellite's writer, a few at a time."""

    def __init__(self, start):
        self.start, self.count = start, 0

    def hand(self, running, many):
        entries = [Own(self._sample()) for _ in range(many)]
        running._loop.call_soon_threadsafe(running.service.writer.put, entries)

    def _sample(self):
        self.count += 1
        at = self.start + self.count
        return Sample("far", "berlin", at, "ok", self.count, 1.0)


def numbers(site):
    query = "SELECT s.code FROM sample s JOIN source o ON o.id = s.source_id"
    return [row[0] for row in site.ask(f"{query} WHERE o.name = 'berlin' ORDER BY 1")]


def test_all_arrive_once_while_the_centre_is_killed_again_and_again(
    site, far, centre, satellite, monkeypatch
):
    monkeypatch.setattr(
        "collective.hoard.monitoring.satellite.centre.LONGEST_WAIT", 0.2
    )
    monkeypatch.setattr("collective.hoard.monitoring.satellite.service.REPLAY", 0.05)
    given, ended = Numbers(int(time.time()) - 50_000), Event()

    def go_on(running):
        while not ended.wait(0.03):
            given.hand(running, 7)

    with centre, satellite() as running:
        # Once at least, so that the satellite knows its list.
        assert wait_for(lambda: len(running.service.engine.listing.checks))
        giver = Thread(target=go_on, args=(running,))
        giver.start()
        wait_for(lambda: len(numbers(site)) > 50)
        for _ in range(3):
            centre.__exit__()
            before = len(numbers(site))
            assert wait_for(lambda: len(running.service.spool) > 100)
            centre.__enter__()
            assert wait_for(lambda at=before: len(numbers(site)) > at + 50)
        ended.set()
        giver.join()
        wait_for(lambda: len(numbers(site)) == given.count)
        assert running.service.writer.lost == running.service.spool.lost == 0
    assert numbers(site) == list(range(1, given.count + 1))


def test_all_arrive_once_while_the_satellite_starts_again(site, far, centre, satellite):
    given = Numbers(int(time.time()) - 50_000)
    with centre:
        with satellite() as running:
            assert wait_for(lambda: len(running.service.engine.listing.checks))
            given.hand(running, 10)
    for _ in range(3):
        with satellite() as running:
            given.hand(running, 10)
    with centre, satellite() as running:
        given.hand(running, 10)
        assert wait_for(lambda: len(numbers(site)) >= 50)
        assert wait_for(lambda: len(running.service.spool) == 0)
    assert numbers(site) == list(range(1, 51))


def test_a_spool_is_filled_and_emptied_at_the_same_time(tmp_path):
    spool, ended, errors = Spool(tmp_path / "spool.db", clock=lambda: 0), Event(), []

    def fill():
        try:
            for number in range(300):
                spool.add([{"time": number}])
                spool.remember("list", number)
        except Exception as error:
            errors.append(error)
        finally:
            ended.set()

    Thread(target=fill).start()
    seen = []
    while not ended.is_set() or len(spool):
        found = spool.oldest(10)
        spool.remove([key for key, _ in found])
        seen += [row["time"] for _, row in found]
    spool.close()
    assert not errors
    assert sorted(seen) == list(range(300))


def test_results_of_a_check_that_the_centre_has_not_read_yet(site, centre, port):
    token = site.token("berlin", kind="satellite")
    with Running(site) as running:
        columns = {"address": "127.0.0.1", "port": 9, "interval": 3600}
        site.add("new", "tcp", params={"where": ["berlin"]}, **columns)
        row = {"check": "new", "status": "ok", "time": int(time.time())}
        assert running.send("/results", [row], token)[0] == 200


def test_long_results_go_in_several_requests():
    rows = [{"check": "far", "text": "ü" * 2000, "n": n} for n in range(700)]
    made = list(batches(rows))
    assert [row for batch in made for row in batch] == rows
    assert all(len(json.dumps(batch)) < 1_000_000 for batch in made)


@pytest.mark.parametrize(
    "planned,now,time",
    [(10.37, 10.38, 10), (10.37, 11.1, 11.1), (10.0, 10.0, 10)],
)
def test_a_sample_that_is_late_has_not_the_time_of_the_next(planned, now, time):
    assert moment(planned, now) == time
