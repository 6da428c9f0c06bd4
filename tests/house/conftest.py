"""Copies of the project to build from, and access to its scripts."""

from importlib import import_module
from pathlib import Path
import pytest
import shutil
import subprocess


ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root():
    """The project's directory."""
    return ROOT


@pytest.fixture
def script(monkeypatch):
    """``script(name)``: the module of scripts/."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return import_module


@pytest.fixture(scope="session")
def fresh_clone(require_service, tmp_path_factory):
    """``fresh_clone(name)``: the files under version control, and no others."""
    git = require_service("git")
    listed = [git, "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(
        listed, cwd=ROOT, check=True, capture_output=True, text=True
    )
    names = [name for name in answer.stdout.split("\n") if (ROOT / name).is_file()]

    def clone(name):
        place = tmp_path_factory.mktemp(name)
        for name in names:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
        return place

    return clone
