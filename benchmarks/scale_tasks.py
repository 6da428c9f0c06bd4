"""What a ledger of some size costs: each task in a fresh process, nothing cached.

Run as a script it is one of the processes: TASK DATABASE NUMBER.
"""

from bare_site import ledger_of
from bare_site import prepare
from collective.hoard.ledger.keys import key_time
from collective.hoard.ledger.keys import make_key
from collective.hoard.ledger.keys import now_ms
from databases import database
from datetime import timedelta
from itertools import cycle
from report import table
from statistics import median
from submissions import many
from submissions import submission
from time import perf_counter
import json
import resource
import subprocess
import sys
import transaction


#: Rows in one commit while filling; what an insert costs is measured apart.
BATCH = 1000
#: Milliseconds between two rows while filling.
STEP = 2000
INSERTS = 1000


def measure(size, name, repeat):
    """{task: result} for the fresh database *name*; what writes comes last."""
    found = {"fill": in_process("fill", name, size)}
    first, last = in_process("bounds", name)["keys"]
    between = (first + last) // 2
    for task in ("newest", "middle", "count", "bounds", "estimate"):
        runs = [in_process(task, name, between) for _ in range(repeat)]
        found[task] = {
            # The best one: what else the machine does only ever adds.
            figure: min(run[figure] for run in runs)
            for figure in ("seconds", "memory")
        }
    for task in ("export", "insert", "purge"):
        found[task] = in_process(task, name)
    return found


def in_process(task, name, number=0):
    command = [sys.executable, __file__, task, name, str(number)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def main(task, name, number):
    with database(name) as db:
        if task == "fill":
            prepare(db)
        connection = db.open()
        memory, started = peak_memory(), perf_counter()
        result = TASKS[task](ledger_of(connection), connection, int(number)) or {}
        result["seconds"] = perf_counter() - started
        result["memory"] = peak_memory() - memory
        connection.close()
    print(json.dumps(result))


def peak_memory():
    """Megabytes that this process held at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(ledger, connection, size):
    start = now_ms() - size * STEP
    # The worst case for readers: in the time of a page, all shards got rows.
    places = cycle(range(16))
    ledger._own_place = lambda: next(places)
    for number, values in enumerate(many(size)):
        ledger.clock = lambda number=number: start + number * STEP
        ledger.add(values, schema=1, token=make_key(ledger.clock()))
        if number % BATCH == BATCH - 1:
            transaction.commit()
            connection.cacheGC()
    transaction.commit()


def insert(ledger, connection, _):
    size = connection.db().storage.getSize
    before, times = size(), []
    for number in range(INSERTS):
        values, token = submission(number), make_key(now_ms() + number)
        started = perf_counter()
        ledger.add(values, schema=1, token=token)
        transaction.commit()
        times.append(perf_counter() - started)
    return {"each": median(times), "bytes": (size() - before) / INSERTS}


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

LINES = (
    ("add one row and commit (ms, median)", "insert", "each", 1e3),
    ("bytes per row added, with token, before pack", "insert", "bytes", 1),
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


def show(results):
    print(by_size(results))


def by_size(results):
    """What was measured, a column for each size, as a Markdown table."""
    heads = ["work", *(f"{size:,} rows" for size in results), "last / first"]
    return table(heads, [_line(line, results) for line in LINES])


def _line(line, results):
    title, task, figure, factor = line
    found = [one[task][figure] * factor for one in results.values()]
    shown = (f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in found)
    return title, *shown, f"{found[-1] / found[0]:.1f}" if found[0] else "-"


if __name__ == "__main__":
    main(*sys.argv[1:])
