"""The ledger's own benchmarks as rows of the report."""

from report import compare
from report import Row
from report import Samples
from types import SimpleNamespace
import ledger_zeo
import scale_tasks


def measure(folder, sizes):
    """``(rows, Markdown table of the ledger by size)``"""
    folder.mkdir(parents=True, exist_ok=True)
    options = SimpleNamespace(processes=4, threads=2, rows=sizes.zeo_rows)
    rounds = [ledger_zeo.measure(options) for _ in range(sizes.zeo_rounds)]
    results = {
        size: scale_tasks.measure(size, f"file:{folder}/{size}.fs", sizes.ledger_runs)
        for size in sizes.ledgers
    }
    return [writers(rounds), newest(results)], scale_tasks.by_size(results)


def writers(rounds):
    """8 writers in 4 processes over ZEO."""
    rows = sum(one["rows"] for one in rounds)
    lost = rows - sum(one["stored"] for one in rounds)
    share = sum(one["conflicts"] for one in rounds) / rows
    return Row(
        f"8 writers over ZEO in 4 processes, {rounds[0]['rows']:,} rows, "
        f"{len(rounds)} times",
        f"{lost} lost, {share:.2%} conflicts",
        required="none lost, under 1 % conflicts",
        passed=not lost and share < 0.01,
    )


def newest(results):
    """The newest 20 rows in the ledger itself, nothing cached."""
    few, *_, many = results
    times = [Samples((results[size]["newest"]["seconds"],)) for size in (many, few)]
    title = f"newest 20 of {many:,} rows, cold, in the ledger (best run)"
    return compare(title, *times, 3, note=f"{few:,} rows: ")
