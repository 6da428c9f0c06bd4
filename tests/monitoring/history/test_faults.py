"""Locked, full, restarted, clocks that jump: nothing half stored, then all well."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.reading import overview
from collective.hoard.monitoring.history.reading import reading
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import DatabaseDown
from collective.hoard.monitoring.interfaces import DatabaseFull
from collective.hoard.monitoring.interfaces import DatabaseLocked
from collective.hoard.monitoring.interfaces import Sample
from monitoring.history.parts import Clock
from monitoring.history.test_import import line
from sqlalchemy import text
import json
import pytest
import sqlite3
import subprocess
import sys


@pytest.fixture
def watched(store):
    store.ensure_source("here")
    store.ensure_check("site")
    return store


def log(store, now):
    with store.engine.begin() as connection:
        return [(r.since, r.status) for r in intervals(connection, 1, now)]


def samples(connection):
    return connection.scalar(text("SELECT COUNT(*) FROM sample"))


def test_a_locked_database_loses_nothing(watched, database):
    impatient = Store(open_engine(database, busy=50), clock=Clock())
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseLocked, match="locked by another writer"):
        impatient.record([Sample("site", "here", 5, "ok")], now=5)
    with reading(open_engine(database, read_only=True)) as connection:
        assert overview(connection, 5).total == 1
    other.execute("COMMIT")

    impatient.record([Sample("site", "here", 5, "ok")], now=5)
    impatient.close_slots(now=700)
    assert log(impatient, 700) == [(0, "ok")]


def test_a_full_disk_stores_nothing_by_half(watched, database):
    now = 5
    engine = open_engine(database)
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
        connection.commit()
    store = Store(engine, clock=Clock())
    stored = 0
    with pytest.raises(DatabaseFull, match="full"):
        for now in range(5, 100_000, 1000):
            store.record(
                [
                    Sample("site", "here", now + n, "crit", n, text="x" * 4000)
                    for n in range(50)
                ],
                now=now + 1000,
            )
            stored += 50
    with engine.connect() as connection:
        assert samples(connection) == stored
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        connection.commit()
    store.record([Sample("site", "here", now, "ok", 200)], now=now + 1000)


def test_a_limit_of_file_size_is_said_in_words(tmp_path):
    """The system refuses to write, as when the disk is full."""
    path = tmp_path / "samples.jsonl"
    path.write_bytes(b"\n".join(line(time=5 * n) for n in range(30_000)))
    program = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))\n"
        "from collective.hoard.monitoring.command import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = ["import", str(path), "--create", "--database", str(tmp_path / "db")]
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, env=environment
    )
    assert done.returncode == 2, done.stderr
    assert b"disk" in done.stderr
    assert b"Traceback" not in done.stderr
    # With room again, the same command finishes the work.
    assert main(command) == 0


def test_a_sample_from_the_future_is_refused(watched):
    result = watched.record_all([Sample("site", "here", 1061, "crit")], now=1000)
    assert result.stored == 0
    assert "is 1 s too far in the future" in result.refused[0][1]
    assert (
        watched.record_all([Sample("site", "here", 1060, "ok")], now=1000).stored == 1
    )


def test_unknown_checks_and_sources_are_refused(watched):
    bad = [Sample("other", "here", 5, "ok"), Sample("site", "nobody", 5, "ok")]
    result = watched.record_all([*bad, Sample("site", "here", 5, "ok")], now=5)
    assert [why for _, why in result.refused] == [
        "there is no check 'other'",
        "there is no source 'nobody'",
    ]
    assert result.stored == 1


def test_a_clock_that_jumps_on_and_back(watched):
    watched.record([Sample("site", "here", 5, "ok")], now=5)
    watched.record([Sample("site", "here", 605, "ok")], now=605)
    watched.close_slots(now=90_000)
    assert log(watched, 90_000) == [(0, "ok"), (1200, "unknown")]

    watched.close_slots(now=1300)
    for time in (1205, 1805):
        watched.record([Sample("site", "here", time, "ok")], now=time)
        watched.close_slots(now=time)
    watched.close_slots(now=2500)
    assert log(watched, 2500) == [(0, "ok"), (2400, "unknown")]


def test_a_monstrous_text_is_cut(watched, engine):
    text_of_megabytes = "<script>\0" * 1_000_000
    watched.record(
        [Sample("site", "here", 5, "crit", 0, text=text_of_megabytes)], now=5
    )
    with engine.begin() as connection:
        query = "SELECT LENGTH(text), LENGTH(reason) FROM state"
        assert max(connection.execute(text(query)).one()) <= 4000


@pytest.mark.services
def test_postgresql_restarted(postgresql):
    engine = open_engine(postgresql.create_database())
    migrate(engine)
    store = Store(engine, clock=Clock())
    store.ensure_source("here")
    store.ensure_check("site")
    store.record([Sample("site", "here", 5, "ok")], now=5)
    postgresql.stop()
    try:
        with pytest.raises(DatabaseDown, match="cannot be reached"):
            store.record([Sample("site", "here", 305, "crit")], now=305)
    finally:
        postgresql.start()

    store.record([Sample("site", "here", 605, "crit")], now=605)
    store.close_slots(now=1300)
    assert log(store, 1300) == [(0, "ok"), (600, "crit")]
    engine.dispose()


@pytest.mark.services
def test_the_commands_on_postgresql(postgresql, tmp_path, capsys):
    url = postgresql.create_database().replace("+psycopg", "")
    path = tmp_path / "samples.jsonl"
    path.write_bytes(b"\n".join(line(time=600 * n + 5) for n in range(3000)))

    assert main(["import", str(path), "--database", url, "--create"]) == 0
    assert main(["import", str(path), "--database", url, "--create"]) == 0
    capsys.readouterr()
    assert main(["history", "--check", "site", "--database", url, "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == [
        {"since": 0, "until": 1_800_000, "status": "ok", "code": 200},
        {"since": 1_800_000, "until": None, "status": "unknown", "code": None},
    ]
