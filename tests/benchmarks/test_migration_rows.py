"""The migration's benchmark runs, on a small file and without a peer."""

from pathlib import Path
from types import SimpleNamespace


def test_a_small_file(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    monkeypatch.delenv("HOARD_PEERS_PYTHON", raising=False)
    from migration_rows import measure

    rows = measure(tmp_path, SimpleNamespace(migrated=400, migrations=1))

    assert rows[0].other == "not measured"
    assert rows[-1].passed
