"""The migrations make what the code takes for granted."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from collective.hoard.monitoring.database.complete import metadata
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.migrations import versions
from collective.hoard.monitoring.database.schema import FOLDER
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.monitoring.database.schema import REVISIONS
from collective.hoard.monitoring.history.intervals import suppressed_errors
from collective.hoard.monitoring.history.packing import samples_between
from collective.hoard.monitoring.history.samples import MANY
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from pathlib import Path
from sqlalchemy import text
import pytest
import re


DAY = 86400


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
)
def empty(request, tmp_path):
    """The engine of a database without tables."""
    url = tmp_path / "hoard.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").create_database()
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def migrated(empty):
    """The engine of an empty database that was migrated."""
    assert migrate(empty) == (None, REVISIONS[-1])
    return empty


def ours(item, name, kind, reflected, compared):
    """Partitions of samples are made as they are needed."""
    return not (kind == "table" and name.startswith("sample_"))


def test_migrating_makes_exactly_the_tables_of_the_code(migrated):
    options = {"compare_type": True, "compare_server_default": True}
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={**options, "include_object": ours}
        )
        assert compare_metadata(context, metadata) == []


def test_what_a_source_did_not_see_is_kept_when_the_tables_change(tmp_path):
    engine = open_engine(tmp_path / "old.db")
    with engine.begin() as connection:
        upgrade_to(connection, "0001")
        connection.execute(
            text("INSERT INTO source (id, name, kind) VALUES (1, 'a', 'local')")
        )
        connection.execute(text("INSERT INTO blind VALUES (1, 600, 1200, 'all fail')"))

    assert migrate(engine) == ("0001", REVISIONS[-1])

    with engine.begin() as connection:
        rows = connection.execute(text("SELECT * FROM blind")).all()
    assert rows == [(1, 600, 1200, "all fail")]


def test_samples_are_kept_when_their_key_changes(empty):
    with empty.begin() as connection:
        upgrade_to(connection, "0002")
        for words in (
            "source (id, name, kind) VALUES (1, 'a', 'push')",
            "check_ (id, name, kind) VALUES (1, 'c', 'passive')",
            "regime (check_id, since, slot, fresh) VALUES (1, 0, 600, 600)",
            "sample VALUES (0, 1, 5, 0, 1, 2, NULL, NULL, 'broken')",
            "sample VALUES (0, 1, 6, 0, 1, 0, 200, 1.5, NULL)",
            "suppressed VALUES (1, 5, 0, 1, 2, NULL, 'broken')",
        ):
            connection.execute(text(f"INSERT INTO {words}"))

    assert migrate(empty) == ("0002", REVISIONS[-1])

    with empty.begin() as connection:
        assert samples_between(connection, 1, 0, 600) == [
            (5, 0, 1, 2, None, "broken", None),
            (6, 0, 1, 0, 200, None, 1.5),
        ]
        before = suppressed_errors(connection, 1)
    assert [(e.time, e.code, e.reason) for e in before] == [(5, None, "broken")]
    again = [Sample("c", "a", 5, "crit"), Sample("c", "a", 6, "ok", 200)]
    others = [Sample("c", "a", 6, "crit", 500), Sample("c", "a", 6, "ok")]
    store = Store(empty, clock=lambda: 5000)
    assert store.record_all([*again, *others]).stored == 2
    with empty.begin() as connection:
        codes = [error.code for error in suppressed_errors(connection, 1)]
    assert codes == [None, 500]


def upgrade_to(connection, revision):
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_sqlite_is_given_the_same_statements(tmp_path):
    """Also what the comparison does not see: tables without row ids, conditions."""
    first, second = (open_engine(tmp_path / f"{n}.db") for n in "ab")
    migrate(first)
    metadata.create_all(second)

    made = statements(first)
    del made["alembic_version"]

    assert made == statements(second)


def statements(engine):
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    engine.dispose()
    # Alembic may write the conditions of a table in another order.
    return {
        name: sorted(re.split(r"[(),\s]+", sql)) for name, sql in rows
    }  # fmt: skip


def test_later_changes_of_the_code_leave_the_first_tables_alone():
    for path in Path(versions.__file__).parent.glob("0*.py"):
        assert "collective.hoard" not in path.read_text(), path.name


@pytest.mark.services
def test_a_day_that_is_packed_loses_its_partition(postgresql_tables_of_its_own):
    engine = postgresql_tables_of_its_own
    store = Store(engine, clock=lambda: 20 * DAY)
    store.ensure_source("here")
    store.ensure_check("site")
    for day in (20, 21):
        now = day * DAY + 605
        store.record([Sample("site", "here", now - 5, "crit", 500)], now=now)
        store.close_slots(now)
    assert partitions(engine) == ["sample_19700121", "sample_19700122"]

    while store.housekeep(23 * DAY, budget=5):
        pass

    assert partitions(engine) == ["sample_19700122"]
    with engine.connect() as connection:
        chunks = connection.execute(text("SELECT check_id, day FROM chunk")).all()
    assert chunks == [(1, 20)]
    # What comes late for that day is stored, and heals the log.
    late = Sample("site", "here", 20 * DAY + 610, "ok", 200)
    assert store.record_all([late], now=23 * DAY).stored == 1
    with engine.connect() as connection:
        query = "SELECT status, code FROM interval_ WHERE since = :since"
        row = connection.execute(text(query), {"since": 20 * DAY + 600}).one()
    assert tuple(row) == (0, 200)


@pytest.fixture
def postgresql_tables_of_its_own(postgresql):
    engine = open_engine(postgresql.create_database())
    migrate(engine)
    yield engine
    engine.dispose()


def partitions(engine):
    query = (
        "SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid"
        " WHERE inhparent = 'sample'::regclass AND relname <> 'sample_default'"
        " ORDER BY relname"
    )
    with engine.connect() as connection:
        return list(connection.scalars(text(query)))


def test_many_samples_are_stored_as_few_are(migrated):
    """PostgreSQL gets many by COPY."""
    store = Store(migrated, clock=lambda: 10_000)
    store.ensure_source("here")
    store.ensure_check("site", slot=600)
    found = [
        Sample("site", "here", time, status, code, reason=word)
        for time in range(200)
        for status, code, word in (
            ("ok", 200, ""),
            ("crit", None, "x"),
            ("crit", 5, ""),
        )
    ]
    assert len(found) > MANY

    done = store.record_all([*found, *found])

    assert (done.stored, done.duplicates) == (600, 600)
    with migrated.connect() as connection:
        rows = samples_between(connection, 1, 0, 2)
    assert rows == [
        (0, 0, 1, 0, 200, None, None),
        (0, 0, 1, 2, None, "x", None),
        (0, 0, 1, 2, 5, None, None),
        (1, 0, 1, 0, 200, None, None),
        (1, 0, 1, 2, None, "x", None),
        (1, 0, 1, 2, 5, None, None),
    ]
