"""What the command line promises: names, files, exit statuses."""

from collective.hoard.migration.command import main
from importlib.metadata import entry_points
import json
import os
import pytest
import subprocess
import sys
import tomllib


def test_the_command_is_installed():
    (entry,) = entry_points(group="console_scripts", name="hoard-migrate")

    assert entry.value == "collective.hoard.migration.command:main"


def test_it_loads_no_zope_no_plone_and_no_application():
    code = (
        "import sys, collective.hoard.migration.command as c;"
        "import collective.hoard.migration.databases;"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('Zope2', 'OFS', 'Products', 'plone', 'AccessControl', 'App', 'ZEO',"
        " 'relstorage', 'Acquisition') or m.startswith('zope.component')])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert found.stdout.strip() == "[]", found.stderr


def test_it_runs_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "collective.hoard.migration.command", "--help"],
        capture_output=True,
        text=True,
    )

    assert run.returncode == 0
    assert "analyze" in run.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["explode"],
        ["convert", "only-one"],
        ["convert", "a", "b", "--current", "--pack"],
        ["convert", "a", "b", "--jobs", "0"],
    ],
)
def test_wrong_use_exits_with_two(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        main(arguments)

    assert error.value.code == 2


@pytest.mark.parametrize(
    "more,message",
    [
        (["--encoding", "klingon"], "klingon"),
        (["--fallback", "klingon"], "klingon"),
        (["--rules", "/nowhere.toml"], "cannot be read"),
        (["--json", "/nowhere/out.json"], "no folder"),
    ],
)
def test_wrong_options_are_explained(sample, capsys, more, message):
    one = sample("dates_zodb5")

    assert main(["convert", str(one.source), str(one.destination), *more]) == 2
    assert message in capsys.readouterr().err
    assert not one.destination.exists()


def test_analyze_counts_strings_by_attribute(sample, tmp_path, capsys):
    one = sample("public_zodb3")
    out = tmp_path / "out.json"

    status = main(["analyze", str(one.source), "--json", str(out)])

    assert status == 0
    (row,) = [
        row
        for row in json.loads(out.read_text())["attributes"]
        if (row["class"], row["attribute"]) == ("hoardapp.models.LegacyDoc", "title")
    ]
    assert (row["ascii"], row["encoded"], row["other"]) == (0, 1, 11)
    assert {b["by"] for b in row["becomes"]} == {"utf-8", "latin-1"}
    assert row["samples"]["other"]
    assert "hoardapp.models.LegacyDoc.title" in capsys.readouterr().out


def test_analyze_touches_nothing(sample, capsys):
    one = sample("public_zodb5")
    before = one.state()

    main(["analyze", str(one.source)])

    assert one.state() == before


def test_analyze_writes_rules_that_convert_reads(sample, tmp_path, capsys):
    one = sample("public_zodb5")
    rules = tmp_path / "written.toml"

    main(["analyze", str(one.source), "--rules", str(one.rules),
          "--write-rules", str(rules)])  # fmt: skip

    written = tomllib.loads(rules.read_text())["rule"]
    given = tomllib.loads(one.rules.read_text())["rule"]
    assert sorted(map(str, written)) == sorted(map(str, given))
    assert '# class = "hoardapp.models.LegacyDoc"' in rules.read_text()
    one.rules = rules
    assert one.convert() == 0
    assert one.judged()["summary"]["percent_right"] == 100


def test_a_written_rule_file_is_never_overwritten(sample, capsys):
    one = sample("dates_zodb5")

    assert main(["analyze", str(one.source), "--write-rules", str(one.rules)]) == 2


def test_analyze_offers_the_rule_to_paste(sample, capsys):
    one = sample("public_zodb5")

    main(["analyze", str(one.source)])

    out = capsys.readouterr().out
    assert '> class = "hoardapp.models.Image"' in out
    assert '> becomes = "bytes"' in out


def test_analyze_names_classes_that_are_not_here(sample, tmp_path, capsys):
    out = tmp_path / "out.json"
    main(["analyze", str(sample("public_zodb5").source), "--json", str(out)])

    missing = [
        found["message"]
        for found in json.loads(out.read_text())["findings"]
        if found["code"] == "missing-class"
    ]
    assert any("class hoardapp.models.Doc," in message for message in missing)
    assert not any("hoard" not in message for message in missing)


def test_a_dry_run_writes_nothing(sample, capsys):
    one = sample("public_zodb5")

    assert one.convert("--dry-run") == 0
    assert not one.destination.exists()
    assert "hoardapp.models.LegacyDoc.title" in capsys.readouterr().out


def test_verify_alone(sample, capsys):
    one = sample("public_zodb5")
    one.convert("--no-verify")

    status = main(
        [
            "verify",
            str(one.destination),
            "--source",
            str(one.source),
            "--blobs",
            str(one.destination_blobs),
        ]  # fmt: skip
    )

    assert status == 0
    assert "No problems" in capsys.readouterr().out


def test_verify_refuses_a_python_2_file(sample, capsys):
    assert main(["verify", str(sample("dates_zodb5").source)]) == 2
    assert "convert it first" in capsys.readouterr().err


def test_the_rules_of_a_manifest_become_a_rule_file():
    run = subprocess.run(
        [sys.executable, "-m", "collective.hoard.migration.manifest_rules",
         "tests/migration/data/public_zodb5.json.gz"],
        capture_output=True,
        text=True,
    )  # fmt: skip

    rules = tomllib.loads(run.stdout)["rule"]
    assert {"class": "hoardapp.models.TextIndex", "attribute": "_docwords",
            "values": "latin-1 always"} in rules  # fmt: skip


def test_nobody_reading_on_loses_nothing(sample, tmp_path, python_environment):
    """As in ``hoard-migrate analyze ... | head -1``."""
    one, rules, out = sample("public_zodb5"), tmp_path / "r.toml", tmp_path / "a.json"
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "collective.hoard.migration.command", "analyze"]
    options = ["--write-rules", str(rules), "--json", str(out), "--all"]
    with open(writing, "wb") as closed:
        done = subprocess.run(
            [*command, str(one.source), *options],
            stdout=closed,
            stderr=subprocess.PIPE,
            env=python_environment,
            text=True,
        )

    assert done.stderr == ""
    assert done.returncode == json.loads(out.read_text())["exit_code"]
    assert rules.read_text()
