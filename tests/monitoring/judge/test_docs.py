"""What the documentation shows is understood."""

from collective.hoard.monitoring.judge import editing
from collective.hoard.monitoring.judge.parser import parse_rule
from collective.hoard.monitoring.judge.parser import parse_selector
from collective.hoard.monitoring.telling.roster import save_roster
from monitoring_world import MONDAY
from monitoring_world import World
from pathlib import Path
import pytest
import re
import textwrap
import tomllib


DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("reference/monitoring-rules.md", "reference/telling.md", "how-to/be-told.md")
CHECKS = ("app-1", "app-2", "line-1", "line-2", "www.example.org")


def blocks(page, language):
    text = (DOCS / page).read_text()
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.M | re.S)
    return [textwrap.dedent(body) for _, body in found]


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_can_be_written(page, tmp_path):
    world = World(tmp_path / "hoard.db")
    world.checks(*CHECKS, group="app")
    for block in blocks(page, "toml"):
        data = tomllib.loads(block)
        for window in data.get("maintenance", ()):
            for key in ("since", "until"):
                window[key] = int(window[key].timestamp())
        roster = {
            "contacts": data.pop("contact", []),
            "policies": data.pop("policy", []),
        }
        with world.engine.begin() as connection:
            editing.save(connection, data, MONDAY)
            save_roster(connection, roster)


def test_statements_and_selectors_are_understood():
    page = (DOCS / "reference/monitoring-rules.md").read_text()
    (example,) = blocks("reference/monitoring-rules.md", "text")
    parse_rule(example)
    for row in re.findall(r"^\| (`.*?) \|", page, re.M):
        for code in re.findall(r"`([^`]+)`", row):
            if re.match(r"(www|group:|tag:|kind:|rule:|alarm:|\"|a )", code):
                parse_selector(code.removesuffix(", `( )"))
            elif "(" in code and code[0].islower():
                text = code.replace("SELECTOR", "group:g").replace("CHECK", "c")
                parse_rule(text.replace("METRIC", "m"))
