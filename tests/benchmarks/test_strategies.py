"""The comparison in docs/explanation/connections.md is what the script prints."""

from pathlib import Path
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
import pytest


ROOT = Path(__file__).parents[2]


@pytest.fixture
def measure(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    pushGlobalRegistry()
    from strategies import measure

    yield measure
    popGlobalRegistry()


def test_the_table_in_the_docs_is_true(measure):
    page = (ROOT / "docs/explanation/connections.md").read_text()

    assert measure() in page
