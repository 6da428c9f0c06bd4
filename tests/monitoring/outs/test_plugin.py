"""check_hoard keeps the contract of monitoring plugins."""

from .conftest import HOSTILE
from collective.hoard.monitoring.command import main as hoard_poller
from collective.hoard.monitoring.database import tables
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.judge import editing
from collective.hoard.monitoring.plugin import main
from pathlib import Path
import json
import pytest
import re
import shutil
import subprocess
import sys
import time


#: Monitoring Plugins Development Guidelines: 'label'=value[UOM];...
DATA = re.compile(r"'[^'=]+'=-?[0-9.e+-]+(s|%|B|c)?")
NEGATE = "/usr/lib/nagios/plugins/negate"


@pytest.fixture
def alive(database):
    """The database with a poller that lives."""
    engine = open_engine(database)
    Store(engine).heartbeat()
    engine.dispose()
    return database


def run(capsys, *arguments):
    """``(exit code, first line, more lines)``"""
    code = main(list(arguments))
    first, *more = capsys.readouterr().out.splitlines()
    return code, first, more


def test_the_whole(alive, capsys):
    code, line, more = run(capsys, "--database", alive)

    assert code == 2
    text, data = line.split(" | ")
    assert text.startswith("HOARD CRITICAL: 2 ok, 1 warn, 1 crit")
    assert all(DATA.fullmatch(one) for one in data.split(" "))
    assert more == ["mail is crit", "cellar is warn"]


@pytest.mark.parametrize(
    "warning, critical, expected", [(0, 1, 1), (2, 1, 0), (5, 0, 2)]
)
def test_thresholds(alive, capsys, warning, critical, expected):
    limits = ["--warning", str(warning), "--critical", str(critical)]

    assert run(capsys, "--database", alive, *limits)[0] == expected


@pytest.mark.parametrize(
    "name, expected",
    [("web", 0), ("cellar", 1), ("mail", 2), ("none", 3), (HOSTILE, 0)],
)
def test_one_check(alive, capsys, name, expected):
    code, line, _more = run(capsys, "--database", alive, "--check", name)

    assert code == expected
    assert line.count("|") <= 1


def test_a_group_that_there_is_not_is_unknown(alive, capsys):
    code, line, _more = run(capsys, "--database", alive, "--group", "nope")

    assert (code, line) == (3, "HOARD UNKNOWN: There is no group 'nope'.")


def test_rules_are_not_counted_beside_their_checks(alive, capsys):
    before = run(capsys, "--database", alive)[1]
    engine = open_engine(alive)
    with engine.begin() as connection:
        rule = {"name": "all", "expression": "mail"}
        editing.save(connection, {"rule": [rule]}, time.time())
    engine.dispose()

    assert run(capsys, "--database", alive)[1] == before


def test_a_check_is_called_by_its_title(alive, capsys):
    engine = open_engine(alive)
    with engine.begin() as connection:
        named = tables.check.update().where(tables.check.c.name == "mail")
        connection.execute(named.values(title="The post office"))
    engine.dispose()

    assert run(capsys, "--database", alive)[2][0] == "The post office is crit"


def test_a_poller_that_never_ran_is_unknown(database, capsys):
    code, line, _more = run(capsys, "--database", database)

    assert code == 3
    assert "No poller" in line


def test_without_a_database_it_is_unknown(tmp_path, capsys):
    code, line, _more = run(capsys, "--database", f"sqlite:///{tmp_path}/none.db")

    assert code == 3
    assert line.startswith("HOARD UNKNOWN: ")


def test_wrong_use_is_unknown(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--nonsense"])

    assert ended.value.code == 3
    assert "HOARD UNKNOWN" in capsys.readouterr().out


@pytest.mark.services
def test_a_program_of_the_monitoring_plugins_understands_it(
    alive, require_program, python_environment
):
    """negate runs a plugin and turns its state around."""
    negate = require_program(NEGATE)
    plugin = [sys.executable, "-m", "collective.hoard.monitoring.plugin"]
    options = ["--database", alive, "--check"]

    for name, expected in (("web", 2), ("mail", 0)):
        done = subprocess.run(
            [negate, "-s", *plugin, *options, name],
            env=python_environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == expected
        assert done.stdout.startswith("HOARD CRITICAL" if expected else "HOARD OK")


def test_commands_print_the_same(alive, capsys):
    assert hoard_poller(["metrics", "--database", alive]) == 0
    assert capsys.readouterr().out.endswith("# EOF\n")
    assert hoard_poller(["lamp", "--database", alive, "--leds", "3"]) == 0
    assert len(json.loads(capsys.readouterr().out)["strip"]) == 3
    assert hoard_poller(["lamp", "--database", alive, "--leds", "-3"]) == 2


def test_the_command_is_installed():
    assert shutil.which("check_hoard", path=Path(sys.executable).parent)
