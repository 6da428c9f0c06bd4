"""Options of the commands about history that make no sense: said in a sentence."""

from collective.hoard.monitoring.command import main
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import ensure_schema
from collective.hoard.monitoring.history.store import Store
import json
import pytest


@pytest.fixture
def url(tmp_path):
    """A database with the check "site"."""
    path = str(tmp_path / "monitoring.db")
    engine = open_engine(path)
    ensure_schema(engine)
    Store(engine).ensure_check("site")
    engine.dispose()
    return path


@pytest.fixture
def run(url, capsys):
    """``run(*words)``: (exit status, what was said), also where argparse ends it."""

    def work(*words):
        try:
            status = main([*words, "--database", url])
        except SystemExit as end:
            status = end.code
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return work


@pytest.mark.parametrize("slot", ["abc", "1e99", "9" * 20, "0", "-5", "nan", "5.5"])
def test_a_slot_is_whole_seconds(run, slot, tmp_path):
    status, said = run("import", __file__, "--create", f"--slot={slot}")
    assert (status, "must be whole seconds" in said) == (2, True)


@pytest.mark.parametrize("option", ["--slot", "--fresh"])
def test_rules_without_checks_to_be_made_are_refused(run, option):
    status, said = run("import", __file__, option, "60")
    assert (status, "--create" in said) == (2, True)


@pytest.mark.parametrize("time", ["1e30", "-1e30", "9" * 20, "inf", "nan", "soon"])
@pytest.mark.parametrize("command", ["availability", "history", "suppressed"])
def test_a_time_has_bounds(run, command, time):
    period = ["--from", "0", f"--to={time}"]
    status, said = run(command, "--check", "site", *period)
    assert (status, "is not a time" in said) == (2, True)


@pytest.mark.parametrize("command", ["availability", "history", "suppressed"])
def test_a_period_ends_after_it_begins(run, command):
    status, said = run(command, "--check", "site", "--from", "100", "--to", "50")
    assert (status, "period" in said) == (2, True)


def test_a_database_that_an_import_makes_is_said(tmp_path, capsys):
    file, new = tmp_path / "samples.jsonl", tmp_path / "new.db"
    file.write_text(json.dumps({"check": "a", "time": 5, "status": "ok"}))
    assert main(["import", str(file), "--create", "--database", str(new)]) == 0
    assert f"Made a new database: sqlite:///{new}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@h:port/x",
        "postgresql://u:hunter2@[::1/x",
        "mysql://u:hunter2@h/x",
        "://",
    ],
)
def test_the_url_of_no_database_is_said_without_its_password(capsys, url):
    assert main(["migrate", "--database", url]) == 2
    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.services
def test_bad_lines_are_left_out_on_postgresql_too(postgresql, tmp_path, capsys):
    url = postgresql.create_database().replace("+psycopg", "")
    good = {"check": "a", "time": 5, "status": "ok"}
    bad = [
        {**good, "check": "\ud800"},
        {**good, "check": "a\0"},
        {**good, "source": "a\0"},
        {**good, "values": {"a\0": 1}},
        {**good, "values": {"a": [1, "\0"]}},
        {**good, "values": {"a": [1, 2, 3]}},
    ]
    file = tmp_path / "samples.jsonl"
    file.write_text("\n".join(map(json.dumps, [good, *bad, {**good, "time": 6}])))
    assert main(["import", str(file), "--create", "--database", url]) == 1
    said = capsys.readouterr()
    assert "2 samples stored" in said.out
    assert [f"line {n}:" in said.err for n in range(1, 9)] == [
        False, *[True] * 6, False
    ]  # fmt: skip
