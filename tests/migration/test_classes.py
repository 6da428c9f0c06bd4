"""Whether a class exists is told without importing anything."""

from collective.hoard.migration.classes import exists
import pytest
import sys


@pytest.fixture
def namespaces(tmp_path, monkeypatch):
    """A module in a namespace in a namespace, neither of them imported."""
    place = tmp_path / "hoard_outer" / "inner"
    place.mkdir(parents=True)
    (place / "leaf.py").write_text("class Thing:\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize(
    "module, name, there",
    [
        ("hoard_outer.inner.leaf", "Thing", True),
        ("hoard_outer.inner.leaf", "Other", False),
        ("hoard_outer.inner.missing", "Thing", False),
        ("hoard_nowhere.inner", "Thing", False),
        ("persistent.mapping", "PersistentMapping", True),
        ("builtins", "anything", True),
    ],
)
def test_classes_are_found_below_namespaces(namespaces, module, name, there):
    assert exists(module, name) is there
    assert "hoard_outer" not in sys.modules
