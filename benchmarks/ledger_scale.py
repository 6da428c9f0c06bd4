"""What a ledger costs with 1,000 rows and with 1,000,000, on FileStorage.

Every measurement runs in a fresh process with nothing cached by ZODB.
"""

from argparse import ArgumentParser
from bare_site import ledger_of
from bare_site import prepare
from collective.hoard.ledger.keys import key_time
from collective.hoard.ledger.keys import make_key
from collective.hoard.ledger.keys import now_ms
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from report import table
from statistics import median
from submissions import submission
from tempfile import TemporaryDirectory
from time import perf_counter
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
import json
import resource
import subprocess
import sys
import transaction


SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: Rows in one commit while filling; the cost of inserting is measured apart.
BATCH = 1000
#: Milliseconds between two rows while filling.
STEP = 2000
INSERTS = 1000
#: easyform 5.0.2, 12 fields, 10,000 rows; `make bench` measures it in the same run.
EASYFORM_BYTES = 39_700


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeat", type=int, default=5, help="of which the median")
    parser.add_argument("--folder", help="where to put the databases; default: /tmp")
    parser.add_argument("--task", nargs=2, help="internal: TASK DATABASE")
    options = parser.parse_args(argv)
    if options.task:
        task, path = options.task
        print(json.dumps(run_task(task, path)))
        return 0
    results = {}
    for size in options.sizes:
        with TemporaryDirectory(dir=options.folder) as folder:
            results[size] = measure(size, Path(folder) / "Data.fs", options.repeat)
    return show(results)


def measure(size, path, repeat):
    """{task: result} for one database; tasks that write come last."""
    found = {"fill": in_process("fill", path, size)}
    first, last = in_process("bounds", path)["keys"]
    between = (first + last) // 2
    for task in ("newest", "middle", "count", "bounds", "estimate"):
        runs = [in_process(task, path, between) for _ in range(repeat)]
        found[task] = {
            "seconds": median(run["seconds"] for run in runs),
            "memory": median(run["memory"] for run in runs),
        }
    found["export"] = in_process("export", path)
    found["insert"] = in_process("insert", path)
    found["purge"] = in_process("purge", path)
    return found


def in_process(task, path, number=0):
    command = [sys.executable, __file__, "--task", task, f"{path}:{number}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def run_task(task, where):
    path, number = where.rsplit(":", 1)
    db = DB(FileStorage(path))
    if task == "fill":
        prepare(db)
    connection = db.open()
    memory, started = peak_memory(), perf_counter()
    result = TASKS[task](ledger_of(connection), connection, int(number)) or {}
    result["seconds"] = perf_counter() - started
    result["memory"] = peak_memory() - memory
    connection.close()
    db.close()
    return result


def peak_memory():
    """Megabytes that this process ever held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(ledger, connection, size):
    start = now_ms() - size * STEP
    # The worst case for readers: in the time of a page, all trees got rows.
    places = cycle(range(16))
    ledger._own_place = lambda: next(places)
    for number in range(size):
        ledger.clock = lambda number=number: start + number * STEP
        ledger.add(submission(number), schema=1, token=make_key(ledger.clock()))
        if number % BATCH == BATCH - 1:
            transaction.commit()
            connection.cacheGC()
    transaction.commit()


def insert(ledger, connection, _):
    path = connection.db().storage.getName()
    before = Path(path).stat().st_size
    times = []
    for number in range(INSERTS):
        values, token = submission(number), make_key(now_ms() + number)
        started = perf_counter()
        ledger.add(values, schema=1, token=token)
        transaction.commit()
        times.append(perf_counter() - started)
    grown = Path(path).stat().st_size - before
    return {"each": median(times), "bytes": grown / INSERTS}


def newest(ledger, connection, _):
    assert len(ledger.page(20).rows) == 20


def middle(ledger, connection, between):
    assert len(ledger.page(20, before=between).rows) == 20


def count(ledger, connection, _):
    assert len(ledger)


def bounds(ledger, connection, _):
    return {"keys": ledger.bounds()}


def estimate(ledger, connection, _):
    return {"bytes": ledger.size_estimate()}


def export(ledger, connection, _):
    assert sum(1 for _ in ledger.iter_rows()) == len(ledger)


def purge(ledger, connection, _):
    """The oldest tenth, 500 rows a commit."""
    first, last = ledger.bounds()
    until = key_time(first + (last - first) // 10) + timedelta(seconds=1)
    rows = 0
    while removed := ledger.purge(until):
        transaction.commit()
        rows += removed
    return {"rows": rows}


TASKS = {
    task.__name__: task
    for task in (fill, insert, newest, middle, count, bounds, estimate, export, purge)
}


def show(results):
    heads = ["work", *(f"{size:,} rows" for size in results), "last to first"]
    print(table(heads, [line(*one, results) for one in LINES]))
    page = ratio(results, "newest", "seconds")
    grown = list(results.values())[-1]["insert"]["bytes"]
    share = grown / EASYFORM_BYTES
    print(f"\nnewest page, largest to smallest: {page:.2f} (reach: at most 3)")
    print(f"bytes a submission, to easyform's: {share:.3f} (reach: at most 0.1)")
    return 1 if page > 3 or share > 0.1 else 0


LINES = (
    ("add one row and commit (ms, median)", "insert", "each", 1e3),
    ("Data.fs bytes per row added, with token, before pack", "insert", "bytes", 1),
    ("newest 20, cold (ms)", "newest", "seconds", 1e3),
    ("20 from the middle by key, cold (ms)", "middle", "seconds", 1e3),
    ("count, cold (ms)", "count", "seconds", 1e3),
    ("oldest and newest key, cold (ms)", "bounds", "seconds", 1e3),
    ("estimate of the size, cold (ms)", "estimate", "seconds", 1e3),
    ("read all rows (s)", "export", "seconds", 1),
    ("memory while reading all (MB more)", "export", "memory", 1),
    ("purge the oldest tenth (s)", "purge", "seconds", 1),
    ("memory while purging (MB more)", "purge", "memory", 1),
)


def line(title, task, figure, factor, results):
    found = [one[task][figure] * factor for one in results.values()]
    return (title, *(f"{value:,.3g}" for value in found), f"{ratio_of(found):.2f}")


def ratio(results, task, figure):
    return ratio_of([one[task][figure] for one in results.values()])


def ratio_of(found):
    return found[-1] / found[0] if found[0] else float("nan")


if __name__ == "__main__":
    sys.exit(main())
