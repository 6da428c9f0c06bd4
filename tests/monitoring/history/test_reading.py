"""What views ask: all on an engine that only reads."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.importing import import_lines
from collective.hoard.monitoring.history.reading import availability
from collective.hoard.monitoring.history.reading import changes_since
from collective.hoard.monitoring.history.reading import check_state
from collective.hoard.monitoring.history.reading import latency
from collective.hoard.monitoring.history.reading import overview
from collective.hoard.monitoring.history.reading import percentiles
from collective.hoard.monitoring.history.reading import reading
from collective.hoard.monitoring.interfaces import DatabaseDown
from collective.hoard.monitoring.interfaces import DatabaseMissing
from collective.hoard.monitoring.interfaces import DatabaseUnusable
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.interfaces import SchemaNewer
from collective.hoard.monitoring.interfaces import SchemaOlder
from collective.hoard.monitoring.interfaces import UnknownCheck
from monitoring.history.test_import import line
from sqlalchemy import text
import pytest


DAY = 86400


@pytest.fixture
def reader(database):
    engine = open_engine(database, read_only=True)
    yield engine
    engine.dispose()


@pytest.fixture
def three(store, clock):
    """Three checks: one fails, one is well, one has never been seen."""
    clock.now = 1000
    store.ensure_source("here")
    for name in ("bad", "good", "new"):
        store.ensure_check(name)
    store.record(
        [
            Sample("good", "here", 900, "ok", 200, 12.5, values={"load": (1.5, "")}),
            Sample("bad", "here", 901, "crit", 503, reason="timeout", text="<b>"),
        ]
    )
    return store


def test_the_worst_comes_first(three, reader):
    with reading(reader) as connection:
        page = overview(connection, 1000)
    assert [(row.name, row.status) for row in page.rows] == [
        ("bad", "crit"),
        ("new", "unknown"),
        ("good", "ok"),
    ]
    assert page.total == 3
    assert page.counts == {"crit": 1, "ok": 1, "unknown": 1}


def test_a_page_of_what_is_searched(three, reader):
    with reading(reader) as connection:
        page = overview(connection, 1000, limit=1, status=["crit", "ok"])
        assert ([row.name for row in page.rows], page.total) == (["bad"], 2)
        assert overview(connection, 1000, search="OO").rows[0].name == "good"
        assert overview(connection, 1000, search="%").total == 0


def test_what_has_expired_is_unknown_without_any_poller(three, reader):
    with reading(reader) as connection:
        page = overview(connection, 5000)
        state = check_state(connection, "good", 5000)
    assert {row.status for row in page.rows} == {"unknown"}
    assert (state.row.since, state.row.provisional) == (1200, True)


def test_a_check_in_full(three, reader):
    with reading(reader) as connection:
        state = check_state(connection, "bad", 1000)
        good = check_state(connection, "good", 1000)
        with pytest.raises(UnknownCheck):
            check_state(connection, "ugly", 1000)
    (result,) = state.sources
    assert (result["source"], result["status"], result["code"]) == ("here", "crit", 503)
    assert good.metrics == [{"name": "load", "unit": "", "number": 1.5, "time": 900}]


def test_changes_since_a_number(three, reader):
    with reading(reader) as connection:
        seq, rows = changes_since(connection, 0, 1000)
        assert {row.name for row in rows} == {"bad", "good"}
        assert changes_since(connection, seq, 1000) == (seq, [])
    three.record([Sample("bad", "here", 950, "ok", 200)])
    with reading(reader) as connection:
        newest, rows = changes_since(connection, seq, 1000)
    assert ([row.name for row in rows], newest > seq) == (["bad"], True)


def test_an_open_slot_counts_provisionally(three, reader):
    with reading(reader) as connection:
        found = availability(connection, 0, 1200)
    names = dict(zip(("bad", "good", "new"), found.values(), strict=True))
    assert (names["bad"].down, names["good"].up, names["new"].unknown) == (
        600,
        600,
        1200,
    )


@pytest.fixture
def measured(store, clock):
    """Ten days at 5 minutes, the milliseconds are those of the day's number."""
    clock.now = 20 * DAY
    lines = [
        line(time=time, ms=100.0 * (1 + time // DAY) + time % 600 / 300)
        for time in range(0, 10 * DAY, 300)
    ]
    import_lines(store, lines, create=True)
    return store


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("width", [5, 10, 240, 1000])
def test_latency_in_columns(measured, reader, packed, width):
    if packed:
        while measured.housekeep(20 * DAY, 5):
            pass
    with reading(reader) as connection:
        columns = latency(connection, 1, 0, 10 * DAY, width)
    assert len(columns) == width
    assert sum(column.n for column in columns) == 2880
    assert columns[0].min == pytest.approx(100, rel=0.021)
    assert columns[-1].max == pytest.approx(1001, rel=0.021)
    assert all(column.min <= column.avg <= column.max for column in columns)


@pytest.mark.parametrize("packed", [False, True])
def test_percentiles_of_any_period(measured, reader, packed):
    if packed:
        while measured.housekeep(20 * DAY, 5):
            pass
    with reading(reader) as connection:
        found = percentiles(connection, 1, 0, 10 * DAY, (0.05, 0.5, 0.99))
        part = percentiles(connection, 1, 3600, 2 * 3600, (0.5,))
        nothing = percentiles(connection, 1, 15 * DAY, 16 * DAY)
    assert found[0.05] == pytest.approx(100, rel=0.03)
    assert found[0.99] == pytest.approx(1000, rel=0.03)
    assert part[0.5] == pytest.approx(100, rel=0.03)
    assert nothing == {}


@pytest.mark.parametrize(
    "revision,kind,words",
    [("9999", SchemaNewer, "newer version"), ("0000", SchemaOlder, "migrate")],
)
def test_other_versions_are_refused_in_words(
    engine, reader, monkeypatch, revision, kind, words
):
    from collective.hoard.monitoring.database import schema

    monkeypatch.setattr(schema, "REVISIONS", ("0000", "0001"))
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE alembic_version SET version_num = '{revision}'")
        )
    with pytest.raises(kind, match=words), reading(reader):
        pass


def test_a_missing_database_is_said_in_words(tmp_path):
    with pytest.raises(DatabaseMissing, match="no database"):
        open_engine(tmp_path / "none.db", read_only=True)


def test_a_file_without_tables_is_said_in_words(tmp_path):
    (tmp_path / "empty.db").touch()
    engine = open_engine(tmp_path / "empty.db", read_only=True)
    with pytest.raises(DatabaseMissing, match="migrate"), reading(engine):
        pass


def test_a_file_that_is_no_database_is_said_in_words(tmp_path):
    (tmp_path / "text.db").write_text("nothing of the kind " * 100)
    engine = open_engine(tmp_path / "text.db", read_only=True)
    with pytest.raises(DatabaseUnusable, match="cannot be reached or read"):
        with reading(engine):
            pass


def test_a_reader_cannot_write(three, reader):
    with reading(reader) as connection:
        with pytest.raises(DatabaseDown, match="cannot be"):
            connection.execute(text("DELETE FROM sample"))
