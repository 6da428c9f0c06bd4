"""The import: any order, again and again, with bad lines among the good."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.monitoring.history.importing import import_lines
from collective.hoard.monitoring.history.intervals import check_id_of
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.intervals import suppressed_errors
from collective.hoard.monitoring.history.store import Store
from sqlalchemy import text
import json
import pytest
import random


NOW = 2_000_000_000


def line(check="site", time=5, status="ok", code=200, source="here", **more):
    sample = {"check": check, "source": source, "time": time, "status": status}
    return json.dumps({**sample, "code": code, **more}).encode()


def random_lines(number, checks=5, seed=1):
    chance = random.Random(seed)
    return [
        line(
            f"c{chance.randrange(checks)}",
            chance.randrange(0, 200_000),
            *chance.choice([("ok", 200), ("ok", 200), ("warn", 404), ("crit", 503)]),
            source=chance.choice("ab"),
        )
        for _ in range(number)
    ]


def everything(engine):
    """Logs and suppressed errors of all checks, by name."""
    result = {}
    with engine.begin() as connection:
        for name in connection.scalars(text("SELECT name FROM check_")).all():
            number = check_id_of(connection, name)
            result[name] = (
                intervals(connection, number, NOW),
                suppressed_errors(connection, number),
            )
    return result


@pytest.fixture
def other(tmp_path):
    """Another empty database, opened."""
    engine = open_engine(tmp_path / "other.db")
    migrate(engine)
    yield Store(engine)
    engine.dispose()


def test_order_and_parts_make_no_difference(store, clock, other, engine):
    clock.now = NOW
    lines = random_lines(2000)
    import_lines(store, lines, create=True, slot=300, fresh=900)
    random.Random(2).shuffle(lines)
    for start in range(0, 2000, 333):
        import_lines(other, lines[start : start + 333], True, 300, 900)

    assert everything(other.engine) == everything(engine)


def test_a_replay_changes_nothing(store, clock, engine):
    clock.now = NOW
    lines = random_lines(300)
    first = import_lines(store, lines, create=True)
    before = everything(engine)

    again = import_lines(store, lines, create=True)

    assert (again.stored, again.created) == (0, [])
    assert again.duplicates == first.stored + first.duplicates
    assert everything(engine) == before


BAD = [
    (b"{", "not JSON"),
    (b"[1]", "not a JSON object"),
    (b'{"check": "c", "time": 5}', "'status' is missing"),
    (line(status="unknown"), "absence"),
    (line(status=["ok"]), "ok, warn or crit"),
    (line(time="yesterday"), "not a time"),
    (line(time=float("nan")), "1970"),
    (line(time=-5), "1970"),
    (line(time=[5]), "number"),
    (line(time=NOW + 3600), "future"),
    (line(code="200"), "code"),
    (line(code=1 << 40), "code"),
    (line(ms=-1), "ms"),
    (line(ms="fast"), "ms"),
    (line(check=7), "'check' must be a text"),
    (line(check=""), "'check' must be a text"),
    (line(check="\ud800"), "'check' holds half a character"),
    (line(check="a\0"), "'check' holds a NUL character"),
    (line(source=" "), "'source' must be a text"),
    (line(source=7), "'source' must be a text"),
    (line(status=0), "not 0"),
    (line(values=[1, 2]), "'values': values must be"),
    (line(values={"a": [1, 2, 3]}), "'a' is not a number"),
    (line(values={"x": "no"}), "'x' is not a number"),
    (line(values={"x": float("nan")}), "'x' is not a number"),
    (line(values={"x": 10**400}), "'x' is not a number"),
    (line(values={"x": [1, {}]}), "unit of 'x'"),
    (line(values={"x": [1, "\0"]}), "unit of 'x' holds"),
    (line(values={"\ud800": 1}), "half a character"),
    (line(time=10**400), "1970"),
    (b'{"check": "site", "time": 5, "status": ' + b"9" * 5000, "too many digits"),
    (line(check="x" * 1000), "too long"),
    (line(text=["<b>"]), "text"),
    (b"\xff\xfe", "not JSON"),
    (line(text="x" * 2_000_000), "too long"),
    (line(check="elsewhere"), "no check 'elsewhere'"),
]


@pytest.mark.parametrize("bad,why", BAD)
def test_a_bad_line_is_named_and_left_out(store, clock, engine, bad, why):
    clock.now = NOW
    store.ensure_check("site")

    result = import_lines(store, [line(time=5), bad, b"", line(time=6)])

    assert result.stored == 2
    ((number, reason),) = result.refused
    assert number == 2
    assert why in reason


def test_the_command_names_bad_lines_and_says_so_by_its_status(tmp_path, capsys):
    path = tmp_path / "samples.jsonl"
    path.write_bytes(b"\n".join([line(time=5), b"nonsense", line(time=6)]))

    status = main(["import", str(path), "--database", str(tmp_path / "d"), "--create"])

    said = capsys.readouterr()
    assert status == 1
    assert "line 2: not JSON" in said.err
    assert "2 samples stored" in said.out


def test_no_check_is_made_of_refused_lines(store, clock):
    clock.now = NOW
    lines = [line("bad", time=-1), line("bad", time=NOW + 999), line("good", time=5)]

    result = import_lines(store, lines, create=True)

    assert result.created == ["good"]
    assert [why for _, why in result.refused] == [
        "time -1 is not between 1970 and 9999",
        "time 2000000999 is 939 s too far in the future",
    ]


def test_times_may_be_iso_8601_and_have_fractions(store, clock, engine):
    clock.now = NOW
    import_lines(
        store,
        [
            line(time="1970-01-01T01:10:00+01:00", status="crit", code=500),
            line(time=600.25, status="crit", code=503),
            line(time=600.75),
        ],
        create=True,
    )
    with engine.begin() as connection:
        (first, second) = suppressed_errors(connection, 1)
    assert (first.time, second.time) == (600, 600.25)


def test_fresh_below_the_slot_is_taken_at_its_word(store, clock, engine):
    clock.now = NOW
    import_lines(store, [line(time=5), line(time=605)], True, slot=600, fresh=60)
    found = everything(engine)["site"][0]
    assert [(r.since, r.status) for r in found] == [
        (0, "ok"),
        (60, "unknown"),
        (600, "ok"),
        (660, "unknown"),
    ]


def test_imported_history_never_doubts_itself(store, clock, engine):
    clock.now = NOW
    lines = [line(f"c{n}", 5, "crit", 0) for n in range(100)]
    import_lines(store, lines, create=True)
    assert {rows[0].status for rows, _ in everything(engine).values()} == {"crit"}


def test_an_interrupted_import_is_finished_by_the_next(store, clock, engine, other):
    clock.now = NOW
    lines = random_lines(500)

    def breaking():
        yield from lines[:400]
        raise KeyboardInterrupt

    from collective.hoard.monitoring.history import importing

    batch, importing.BATCH = importing.BATCH, 100
    try:
        with pytest.raises(KeyboardInterrupt):
            import_lines(store, breaking(), create=True)
    finally:
        importing.BATCH = batch
    import_lines(store, lines[400:], create=True)
    import_lines(other, lines, create=True)

    assert everything(engine) == everything(other.engine)


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["availability", "--check", "c", "--from", "0", "--to", "9"], "no database"),
        (["history", "--check", "c"], "no database"),
        (["import", "nowhere.jsonl"], "cannot be read"),
    ],
)
def test_what_is_missing_is_said_in_words(tmp_path, capsys, arguments, words):
    status = main([*arguments, "--database", str(tmp_path / "none.db")])
    assert status == 2
    assert words in capsys.readouterr().err


def test_an_unknown_check_is_said_in_words(database, capsys):
    assert main(["history", "--check", "c", "--database", database]) == 2
    assert "no check 'c'" in capsys.readouterr().err


def test_a_period_must_not_be_empty(store, database, capsys):
    store.ensure_check("c")
    command = ["availability", "--check", "c", "--database", database]
    assert main([*command, "--from", "10", "--to", "10"]) == 2
    assert "must end after" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--slot", "--fresh"])
@pytest.mark.parametrize("value", ["0", "2678401", "99999999999", "1e400", "1.5"])
def test_slots_have_an_end(tmp_path, capsys, option, value):
    path = tmp_path / "samples.jsonl"
    path.write_bytes(line())
    asked = ["import", str(path), "--database", str(tmp_path / "d"), "--create"]

    with pytest.raises(SystemExit) as ended:
        main([*asked, option, value])

    assert ended.value.code == 2
    assert option in capsys.readouterr().err
