"""The whole poller: from a list of checks to the history, and what may go wrong."""

from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.interfaces import DatabaseDown
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.judge import editing
from collective.hoard.monitoring.poller import keeper as keeper_module
from monitoring.poller.running import Running
from monitoring.poller.running import Site
from monitoring.poller.running import wait_for
from servers.server import free_port
from urllib.error import HTTPError
from urllib.request import urlopen
import json
import os
import pytest
import resource
import signal
import sqlite3
import subprocess
import sys
import time


@pytest.fixture
def shop(site, target):
    """A check of a site that is up, each second."""
    return site.add(
        "shop",
        "http",
        address=target.host,
        port=target.port,
        host="shop.example",
        interval=1,
        slot=2,
        timeout=20,
        params={"path": "/fine"},
    )


def test_a_check_is_run_judged_and_kept(site, shop, poller):
    poller()
    assert site.wait_for("SELECT * FROM sample WHERE time > 0")
    assert site.ask("SELECT status, code FROM standing") == [(0, 200)]
    # Written after what is judged by.
    timings = site.wait_for("SELECT connect > 0, first_byte > 0 FROM timing")
    assert timings == [(1, 1)]


def test_a_new_check_is_run_within_seconds(site, target, poller):
    poller()
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("later", "http", **columns)
    assert site.wait_for("SELECT * FROM sample")


def test_a_paused_check_is_not_run(site, shop, poller):
    site.store.pause("shop")
    poller()
    time.sleep(1.5)
    assert site.ask("SELECT * FROM sample") == []


def test_a_check_of_a_satellite_is_not_run_here(site, target, poller):
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("far", "http", params={"where": ["berlin"]}, **columns)
    poller()
    time.sleep(1.5)
    assert site.ask("SELECT * FROM sample") == []


def test_why_a_check_does_not_run_is_said(site, poller):
    site.add("odd", "http", address="127.0.0.1", params={"paht": "/"}, interval=1)
    poller()
    assert site.ask("SELECT text FROM problem") == [("Unknown parameters: paht.",)]
    site.store.remove("odd")
    wait_for(lambda: site.ask("SELECT text FROM problem") == [])
    assert site.ask("SELECT text FROM problem") == []


@pytest.mark.parametrize("kind", ["http", "tcp"])
def test_why_an_address_is_closed_is_said_while_it_is(site, target, poller, kind):
    """A name that leads inside; written once, not at each run."""
    site.add(
        "inside",
        kind,
        host="localhost",
        port=target.port,
        interval=1,
        owner_group="customers",
    )
    running = poller()
    rows = site.wait_for("SELECT check_id, source_id, since, text FROM problem")
    assert "not a public address" in rows[0][3]
    written = []
    say = running.service.engine.on_problems
    running.service.engine.on_problems = lambda found: (
        written.append(found) or say(found)
    )
    done = running.service.engine.done
    assert wait_for(lambda: running.service.engine.done > done + 2)
    assert written == []

    with site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE check_ SET owner_group = 'Managers'")
        connection.exec_driver_sql(
            "UPDATE meta SET value = value + 1 WHERE name = 'generation'"
        )
    assert wait_for(lambda: site.ask("SELECT text FROM problem") == [])


def test_what_an_earlier_poller_said_is_forgotten(site, poller):
    number = site.add("fine")
    site.store.ensure_source("local", "local")
    with site.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO problem SELECT {number}, id, 0, 'old' FROM source"
        )

    poller()

    assert site.ask("SELECT text FROM problem") == []


@pytest.mark.parametrize(
    "group,runs", [("customers", False), ("Site Administrators", True)]
)
def test_private_addresses_are_for_trusted_groups(site, target, poller, group, runs):
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("inside", "http", owner_group=group, **columns)
    poller()
    assert site.wait_for(f"SELECT * FROM {'sample' if runs else 'problem'}")
    time.sleep(1.5)
    assert not site.ask(f"SELECT * FROM {'problem' if runs else 'sample'}")


def test_the_heartbeat(site, shop, poller):
    running = poller()
    assert site.ask("SELECT checks, lost, stopped FROM poller WHERE name = 'local'")
    running.service.stop()
    assert site.wait_for("SELECT * FROM poller WHERE stopped IS NOT NULL")


def test_a_slow_check_is_not_run_twice_at_once(site, target, poller):
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("slow", "http", params={"path": "/silence"}, timeout=60, **columns)
    running = poller(poller={"patience": 0.2})
    wait_for(lambda: running.service.engine.running)
    time.sleep(2.5)
    assert running.service.engine.running == 1


def test_a_stop_waits_for_what_runs(site, target):
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("slow", "http", params={"path": "/silence"}, timeout=1.5, **columns)
    with Running(site) as running:
        wait_for(lambda: running.service.engine.running)
    assert site.ask("SELECT DISTINCT reason FROM sample") == [("timeout",)]


def test_a_stop_gives_up_what_takes_too_long(site, target):
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("slow", "http", params={"path": "/silence"}, timeout=60, **columns)
    with Running(site, poller={"patience": 0.2}) as running:
        wait_for(lambda: running.service.engine.running)
        began = time.monotonic()
    # The check itself would take a minute.
    assert time.monotonic() - began < 20
    assert site.ask("SELECT * FROM sample") == []


def test_a_locked_database_loses_nothing(site, shop, poller):
    running = poller()
    site.wait_for("SELECT * FROM sample")
    with sqlite3.connect(site.url, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert wait_for(lambda: running.service.writer.trouble)
        assert "locked" in running.service.note()
        before = running.service.engine.done
        wait_for(lambda: running.service.engine.done > before)
        other.execute("ROLLBACK")
    other.close()
    assert wait_for(lambda: not running.service.writer.trouble)
    # Whatever was looked at is stored, also while it was locked.
    done = running.service.engine.done
    assert wait_for(lambda: len(site.ask("SELECT time FROM sample")) >= done)
    assert running.service.writer.lost == 0


def test_what_waits_in_memory_is_not_unknown(site, target):
    """A lock that lasts longer than a result is fresh: nobody is alarmed by it."""
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    for name in ("one", "two"):
        site.add(name, "http", fresh=12, grace=1, timeout=1, **columns)
    with Running(site) as running:
        assert site.wait_for("SELECT * FROM interval_")
        keeper, said = running.service.keeper, []
        after = keeper._after
        keeper._after = lambda changes, now: (said.extend(changes), after(changes, now))
        with sqlite3.connect(site.url, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            assert wait_for(lambda: running.service.writer.trouble)
            time.sleep(14)
            other.execute("ROLLBACK")
        other.close()
        assert wait_for(lambda: not running.service.writer.trouble)
        time.sleep(3)
    assert {change.status for change in said} <= {"ok"}
    assert site.ask("SELECT DISTINCT status FROM interval_") == [(0,)]


def test_what_a_guest_takes_back_holds_up_nothing(site, poller, monkeypatch):
    """Nobody may come again: checks still become unknown in their time."""
    site.add("backup", slot=2, fresh=3, grace=0)
    token = site.token("scripts")
    running = poller()
    store = running.service.keeper.store
    running.send("/results", {"check": "backup", "status": "ok"}, token)

    def broken(*_):
        raise DatabaseDown("The monitoring database cannot be reached or read.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "record_all", broken)
        answer = running.send("/results", {"check": "backup", "status": "ok"}, token)
        assert answer[0] == 503

    assert site.wait_for("SELECT * FROM interval_ WHERE status = 3")


def test_guests_are_told_while_the_database_is_away(site, poller, monkeypatch):
    site.add("backup")
    token = site.token("scripts")
    running = poller()

    def broken(*_):
        raise DatabaseDown("The monitoring database cannot be reached or read.")

    monkeypatch.setattr(running.service.keeper.store, "record_all", broken)
    status, answer = running.send(
        "/results", {"check": "backup", "status": "ok"}, token
    )
    assert status == 503
    assert answer["error"].endswith("Send this again later.")
    assert running.send("/health", None, method="GET")[0] == 503


def test_the_spool_is_bounded_and_says_what_is_lost(site, shop, poller, monkeypatch):
    running = poller(poller={"spool": 2})

    def full(*_):
        raise DatabaseDown("The disk of the monitoring database is full.")

    monkeypatch.setattr(running.service.keeper.store, "record_all", full)
    assert wait_for(lambda: running.service.writer.lost)
    assert running.service.writer.waiting == 2
    assert "samples were lost" in running.service.note()


def test_what_cannot_be_stored_waits_in_a_file(site, shop, tmp_path, monkeypatch):
    path = tmp_path / "spool.jsonl"
    sections = {"poller": {"spool_file": str(path), "patience": 0.1}}

    def full(*_):
        raise DatabaseDown("The disk of the monitoring database is full.")

    with Running(site, **sections) as running:
        monkeypatch.setattr(running.service.keeper.store, "record_all", full)
        wait_for(lambda: running.service.engine.done > 1)
    assert path.read_text().count("\n") >= 1
    assert site.ask("SELECT * FROM sample") == []
    with Running(site, **sections):
        assert site.wait_for("SELECT * FROM sample")


def test_one_sample_that_breaks_everything_is_left_out(site, shop, poller, monkeypatch):
    running = poller()
    record = running.service.keeper.store.record_all

    def sensitive(samples, now=None):
        if any(sample.code == 7 for sample in samples):
            raise ZeroDivisionError("a mistake of ours")
        return record(samples, now)

    monkeypatch.setattr(running.service.keeper.store, "record_all", sensitive)
    from collective.hoard.monitoring.interfaces import Sample
    from collective.hoard.monitoring.poller.interfaces import Own

    bad = Own(Sample(shop, "local", 1, "ok", 7))
    running._loop.call_soon_threadsafe(running.service.writer.put, [bad])
    assert wait_for(lambda: running.service.writer.lost == 1)
    assert site.wait_for("SELECT * FROM sample")


def test_half_an_hour_away_is_unknown_not_down(site, shop, monkeypatch, target):
    """The poller was killed and comes back: 0 s down, the gap unknown, one notice."""
    now = int(time.time()) // 2 * 2
    site.store.ensure_source("local", "local")
    seen = range(now - 2400, now - 1800)
    samples = [Sample(shop, "local", at, "ok", 200) for at in seen]
    site.store.record(samples, now=now - 1800)
    with site.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO poller (name, started, beat) VALUES ('local', ?, ?)",
            (now - 2400, now - 1801),
        )
    notices = []
    monkeypatch.setattr(
        "collective.hoard.monitoring.poller.aftermath.Guarded.away",
        lambda self, *words: notices.append(words),
    )
    began = time.time()
    with Running(site):
        site.wait_for(f"SELECT * FROM sample WHERE time >= {now}")
        wait_for(lambda: notices)
        time.sleep(1.2)
    [(name, since, until)] = notices
    assert (name, since) == ("local", now - 1801)
    assert began - 1 <= until <= time.time()
    with site.engine.connect() as connection:
        gap = availability(connection, now - 1770, now - 10, [shop])[shop]
    assert (gap.down, gap.unknown) == (0, 1760)


def test_rules_after_a_pause_are_judged_by_what_is_known_then(site, shop):
    """Not by how the checks stood before, which would be well for a second."""
    now = int(time.time()) // 2 * 2
    site.store.ensure_source("local", "local")
    site.store.record([Sample(shop, "local", now - 1810, "ok", 200)], now=now - 1810)
    site.store.close_slots(now - 1800)
    with site.store.writing() as connection:
        editing.save(connection, {"rule": [{"name": "r", "expression": "shop"}]}, now)
        connection.exec_driver_sql(
            "INSERT INTO poller (name, started, beat) VALUES ('local', ?, ?)",
            (now - 2400, now - 1801),
        )
        connection.exec_driver_sql(
            "INSERT INTO meta (name, value) VALUES ('judge_tick', ?)", (now - 1801,)
        )
        connection.exec_driver_sql(
            "INSERT INTO interval_ (check_id, since, status) SELECT id, ?, 0"
            " FROM check_ WHERE name = 'rule:r'",
            (now - 1810,),
        )
    with Running(site):
        site.wait_for(f"SELECT * FROM sample WHERE time >= {now}")
        time.sleep(1.2)
    log = site.ask(
        "SELECT interval_.since, status FROM interval_"
        " JOIN check_ ON check_.id = check_id WHERE name = 'rule:r' ORDER BY 1"
    )
    assert [status for _, status in log][:2] == [0, 3]
    # Well again with the first answer, and then for good.
    assert len(log) <= 3


def test_what_fails_at_once_is_told_as_one(site, monkeypatch):
    """However many portions it is closed in."""
    monkeypatch.setattr(keeper_module, "CLOSE_AT_ONCE", 10)
    now = int(time.time()) - 40
    site.store.ensure_source("script")
    numbers = [site.add(f"c{n}", slot=2, fresh=600, grace=0) for n in range(45)]
    rows = [Sample(number, "script", now, "crit", 500) for number in numbers]
    site.store.record(rows, now=now)
    told = []
    monkeypatch.setattr(
        "collective.hoard.monitoring.poller.aftermath.Guarded.on_changes",
        lambda self, changes, now: told.append(len(changes)),
    )
    with Running(site):
        assert wait_for(lambda: told)
        time.sleep(1)
    assert [number for number in told if number > 1] == [45]


@pytest.mark.parametrize("number,stopped", [("SIGTERM", True), ("SIGKILL", False)])
def test_the_command_ends_by_signal(site, shop, tmp_path, number, stopped):
    path = tmp_path / "poller.toml"
    path.write_text(f"[database]\nurl = '{site.url}'\n[poller]\nflush = 0.05\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "collective.hoard.monitoring.command", "run",
         "--config", path],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert site.wait_for("SELECT * FROM sample")
        process.send_signal(getattr(signal, number))
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert b"Traceback" not in said
    assert (process.returncode == 0) is stopped
    assert site.ask("SELECT stopped IS NOT NULL FROM poller") == [(int(stopped),)]


def test_a_clean_restart_is_no_notice(site, shop, monkeypatch):
    notices = []
    monkeypatch.setattr(
        "collective.hoard.monitoring.poller.aftermath.Guarded.away",
        lambda self, *words: notices.append(words),
    )
    for _ in range(2):
        with Running(site):
            site.wait_for("SELECT * FROM poller")
    assert notices == []


def test_a_full_disk_loses_nothing(site, shop, target, tmp_path):
    """The system refuses to let any file of the process grow."""
    target.requests.clear()
    port = free_port()
    path = tmp_path / "poller.toml"
    path.write_text(
        f"[database]\nurl = '{site.url}'\n[poller]\nflush = 0.05\n"
        f"[http]\nlisten = '127.0.0.1:{port}'\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "collective.hoard.monitoring.command", "run",
         "--config", path],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
        stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def health():
        try:
            with urlopen(f"http://127.0.0.1:{port}/health") as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            return json.loads(error.read())

    try:
        assert site.wait_for("SELECT * FROM sample")
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
        assert wait_for(lambda: "full" in health()["note"]), health()
        assert wait_for(lambda: health()["waiting"] > 1)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert wait_for(lambda: not health()["note"]), health()
        assert health()["lost"] == 0
    finally:
        process.terminate()
        process.wait(60)
    assert site.ask("SELECT COUNT(*) FROM sample") == [(len(target.requests),)]


@pytest.mark.services
def test_postgresql_that_restarts_loses_nothing(own_server, target):
    server = own_server("postgresql")
    site = Site(server.create_database())
    target.requests.clear()
    columns = {"address": target.host, "port": target.port, "interval": 1, "slot": 2}
    site.add("shop", "http", params={"path": "/fine"}, **columns)
    with Running(site) as running:
        service = running.service
        assert site.wait_for("SELECT * FROM sample")
        server.stop()
        assert wait_for(lambda: service.writer.trouble)
        before = service.engine.done
        assert wait_for(lambda: service.engine.done > before + 1)
        server.start()
        assert wait_for(lambda: not service.writer.trouble)
        wait_for(lambda: service.writer.waiting == 0)
        assert service.writer.lost == 0
    site.engine.dispose()
    assert site.ask("SELECT COUNT(*) FROM sample") == [(len(target.requests),)]
