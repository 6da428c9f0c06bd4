"""The tutorial runs as it stands; the reference names every message."""

from collective.hoard.migration.command import main
from collective.hoard.migration.command import parser
from collective.hoard.migration.findings import MESSAGES
from collective.hoard.migration.rules import load
from importlib.util import find_spec
from pathlib import Path
import os
import pytest
import re
import shutil
import subprocess
import sys


ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def blocks(page, language):
    text = (DOCS / page).read_text(encoding="utf-8")
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def commands(page):
    for block in blocks(page, "console"):
        for line in block.splitlines():
            yield line.strip().removeprefix("$ ")


def test_the_tutorial(tmp_path):
    shutil.copytree(
        ROOT / "tests" / "migration" / "data", tmp_path / "tests/migration/data"
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    outputs = {}
    for command in commands("tutorial/migrate.md"):
        run = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, (command, run.stdout, run.stderr)
        outputs[command.split()[1]] = run.stdout

    assert "hoardapp.models.LegacyDoc.title" in outputs["analyze"]
    assert "No problems" in outputs["convert"]
    assert "No problems" in outputs["verify"]
    assert (tmp_path / "try" / "py2.fs").read_bytes()[:4] == b"FS21"


@pytest.mark.parametrize("page", ["tutorial/migrate.md", "reference/migration.md"])
def test_rules_in_the_docs_are_rules(tmp_path, page):
    for number, text in enumerate(blocks(page, "toml")):
        path = tmp_path / f"{number}.toml"
        path.write_text(text)

        assert list(load(str(path)).user_rules())


def test_commands_of_the_how_to_are_understood():
    for command in commands("how-to/migrate-a-plone-site.md"):
        if command.startswith("hoard-migrate "):
            parser().parse_args(command.split()[1:])


@pytest.mark.parametrize("name", ["analyze", "convert", "verify"])
def test_scripts_of_the_how_to_exist(name):
    text = (DOCS / "how-to" / "migrate-a-plone-site.md").read_text()

    assert f"/{name}.py" in text
    assert find_spec(f"collective.hoard.migration.scripts.{name}").origin


@pytest.mark.parametrize("code", MESSAGES)
def test_the_reference_has_a_line_for_each_message(code):
    reference = (DOCS / "reference" / "migration.md").read_text()

    assert f"| `{code}` | {MESSAGES[code][0]} |" in reference


def test_the_reference_names_every_option(capsys):
    reference = (DOCS / "reference" / "migration.md").read_text()
    options = set()
    for command in ("analyze", "convert", "verify"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        options |= set(re.findall(r"--[a-z-]+", capsys.readouterr().out))

    assert {o for o in options if o not in reference} == {"--help"}
