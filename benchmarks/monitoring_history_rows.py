"""The history's own benchmarks as rows of the report.

Each compares with bare SQL in the same run: the same rows into the same table.
"""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.monitoring.database.tables import sample
from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.history.importing import import_lines
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.poller.memory import give_back
from collective.hoard.monitoring.poller.memory import spare
from report import compare
from report import Row
from report import Samples
from sqlalchemy import insert
from sqlalchemy import text
from statistics import median
from time import process_time
import json
import random


DAY, YEAR = 86400, 365 * 86400
CHECKS = 4000
#: What the year of 4,000 checks may take, in bytes.
DISK = 1.2e9
#: Do not grow with checks and days; of SQLite itself, or by what people write.
FIXED = ("sqlite_schema", "sqlite_sequence", "alembic_version", "meta", "source")
#: Rounds before anything is measured: then each check has a log that goes on.
WARM = 2
#: Seconds of a slot, and between two results of a check.
SLOT, INTERVAL = 600, 300
#: When the passive results begin.
START = 1_700_000_000 // SLOT * SLOT


class Clock:
    now = 0

    def __call__(self):
        return self.now


def measure(folder, sizes):
    """Rows of the report."""
    return [
        passive(folder, sizes),
        *year(folder, sizes.history_runs),
        disk(folder, sizes.disk_checks, sizes.disk_days),
    ]


def fresh(path):
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    engine = open_engine(path)
    migrate(engine)
    return engine


def result(chance, number, time):
    failing = chance.random() < 0.01
    ms = round(chance.lognormvariate(4.8, 0.4), 1)
    status, code = ("crit", 503) if failing else ("ok", 200)
    return Sample(f"c{number}", "push", time, status, code, ms)


def passive(folder, sizes):
    """Batches of 100 results, judged and stored, and bare inserts of the same.

    Processor time, by turns: in each round the results of one slot are inserted
    bare, then judged and stored.
    """
    rounds = rounds_of_results(WARM + sizes.passive_rounds)
    engine = fresh(folder / "bare.db")
    store = Store(fresh(folder / "passive.db"), clock=Clock())
    prepared(store, START)
    ours, bare = [], []
    for batches in rounds:
        bare.append(timed_inserts(engine, batches))
        ours.append(timed_judging(store, batches))
    engine.dispose()
    store.engine.dispose()
    ours, bare = ours[WARM:], bare[WARM:]
    count = SLOT // INTERVAL * CHECKS
    return compare(
        f"{count:,} passive results in batches of 100, judged and stored",
        Samples(tuple(ours)),
        Samples(tuple(bare)),
        4,
        note=f"{count / median(ours):,.0f}/s; bare inserts of the same rows: ",
    )


def rounds_of_results(count):
    """The batches of so many slots: all checks, every five minutes."""
    chance = random.Random(1)
    for slot in range(START, START + count * SLOT, SLOT):
        yield [
            [result(chance, n, time + n % INTERVAL) for n in range(first, first + 100)]
            for time in range(slot, slot + SLOT, INTERVAL)
            for first in range(0, CHECKS, 100)
        ]


def prepared(store, now):
    """*store* with all checks, as a poller has it that runs."""
    spare()
    store.ensure_source("push")
    with store.writing() as connection:
        names = [f"c{n}" for n in range(CHECKS)]
        rules = SLOT, 630, "passive"
        store.make_checks_in(connection, names, *rules, interval=INTERVAL)
    store.close_slots(now=now)
    give_back()
    return store


def timed_judging(store, batches):
    begin = process_time()
    for batch in batches:
        now = batch[-1].time
        store.record(batch, now=now)
        if store.slots_due(now):
            store.close_slots(now)
    return process_time() - begin


def timed_inserts(engine, batches):
    rows = [
        [
            {
                "bucket": one.time // 3600,
                "check_id": int(one.check[1:]),
                "time": one.time,
                "frac": 0,
                "source_id": 1,
                "status": 0 if one.status == "ok" else 2,
                "code": one.code,
                "ms": one.ms,
                "reason": None,
            }
            for one in batch
        ]
        for batch in batches
    ]
    begin = process_time()
    for batch in rows:
        with engine.begin() as connection:
            connection.execute(insert(sample), batch)
    return process_time() - begin


def year_of_intervals(engine, start):
    """24 outages and 12 gaps a check."""
    chance = random.Random(2)
    with engine.begin() as connection:
        for number in range(1, CHECKS + 1):
            connection.exec_driver_sql(
                "INSERT INTO check_ (id, name, kind) VALUES (?, ?, 'passive')",
                (number, f"c{number}"),
            )
            edges = sorted(chance.sample(range(start + 600, start + YEAR, 600), 72))
            rows, since = [], start
            for place, edge in enumerate([*edges, None]):
                bad = 3 if place % 3 == 2 and place % 2 else 2
                status = bad if place % 2 else 0
                rows.append((number, since, edge, None, status, status or 200))
                since = edge
            connection.exec_driver_sql(
                "INSERT INTO interval_ (check_id, since, until, expires, status, code)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )


BARE = text(
    "SELECT check_id, SUM(MIN(COALESCE(until, :b), :b) - MAX(since, :a))"
    " FROM interval_ WHERE since < :b AND (until IS NULL OR until > :a)"
    " AND status <> 0 GROUP BY check_id"
)


def year(folder, runs):
    """Availability of all checks over a year, and the bare sum of downtime."""
    engine = fresh(folder / "year.db")
    start = 1_700_000_000
    year_of_intervals(engine, start)
    period = {"a": start, "b": start + YEAR}
    ours, bare, raw = [], [], []
    with engine.begin() as connection:
        for _ in range(runs):
            begin = process_time()
            found = availability(connection, start, start + YEAR)
            ours.append(process_time() - begin)
            begin = process_time()
            sums = connection.execute(BARE, period).all()
            bare.append(process_time() - begin)
        assert len(found) == CHECKS and len(sums) == CHECKS
        rows = connection.scalar(text("SELECT COUNT(*) FROM interval_"))
        raw = from_samples(connection, start)
    note = f"{rows:,} intervals; bare SQL sum: "
    title = f"availability of {CHECKS:,} checks over a year"
    share = raw / min(ours)
    return [
        compare(title, Samples(tuple(ours)), Samples(tuple(bare)), 3, note=note),
        Row(
            "the same from raw samples, extrapolated from 100,000 of 420 million",
            f"{raw:,.0f} s: {share:,.0f} times as long",
            required="at least 100 times",
            passed=share >= 100,
        ),
    ]


def from_samples(connection, start):
    """Seconds to sum up the samples of a year: what 100,000 take, times 4,205."""
    rows = [
        (time // 3600, check, time, 0, 1, 0, 200, 100.0)
        for check in range(1, 101)
        for time in range(start, start + 300_000, 300)
    ]
    connection.exec_driver_sql(
        "INSERT INTO sample (bucket, check_id, time, frac, source_id, status, code, ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    query = text(
        "SELECT check_id, SUM(CASE WHEN status = 2 THEN held END) FROM (SELECT check_id,"
        " status, LEAD(time) OVER (PARTITION BY check_id ORDER BY time) - time AS held"
        " FROM sample) GROUP BY check_id"
    ).columns()
    begin = process_time()
    connection.execute(query).all()
    return (process_time() - begin) * CHECKS * YEAR / 300 / len(rows)


def disk(folder, checks, days):
    """Bytes of a year: some checks for some days, packed, and scaled up."""
    path = folder / "disk.db"
    engine = fresh(path)
    clock = Clock()
    start = 19_000 * DAY
    clock.now = start + days * DAY
    store = Store(engine, clock=clock)
    chance = random.Random(3)
    import_lines(store, year_lines(chance, checks, start, days), True, 600, 630)
    while store.housekeep(clock.now, 60):
        pass
    sizes = sizes_of(engine)
    engine.dispose()
    total = scaled(sizes, checks, days)
    parts = ", ".join(
        f"{name} {size / 1e6:,.0f}" for name, size in total.items() if size >= 5e5
    )
    whole = sum(total.values())
    return Row(
        f"disk for a year of {CHECKS:,} checks at 5 minutes, scaled up from"
        f" {checks} checks and {days} days",
        f"{whole / 1e9:.2f} GB (MB: {parts})",
        required="at most 1.2 GB",
        passed=whole <= DISK,
    )


def year_lines(chance, checks, start, days):
    for number in range(checks):
        typical = chance.uniform(3.9, 5.5)
        offset = chance.randrange(300)
        down = 0
        for time in range(start + offset, start + days * DAY, 300):
            down = max(down - 1, 0) or (6 if chance.random() < 24 / 105_120 else 0)
            yield json.dumps(
                {
                    "check": f"c{number}",
                    "source": "import",
                    "time": time + chance.choice((0, 0, 0, 1)),
                    "status": "crit" if down else "ok",
                    "code": 503 if down else 200,
                    "ms": round(chance.lognormvariate(typical, 0.35), 3),
                    "text": "timeout" if down else "",
                }
            ).encode()


def sizes_of(engine):
    """Bytes of each table with its indexes, of roll-ups by period.

    Of the last page of each table and index only what is used: more would be
    scaled up to megabytes.
    """
    with engine.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT tbl_name, SUM(pgsize - CASE WHEN pages = 1 THEN unused ELSE 0"
                " END) FROM (SELECT name, SUM(pgsize) AS pgsize, SUM(unused) AS unused,"
                " COUNT(*) AS pages FROM dbstat GROUP BY name)"
                " JOIN sqlite_master USING (name) GROUP BY tbl_name"
            )
        )
        sizes = {"rollup": 0} | dict(tuple(row) for row in rows)
        share = connection.scalar(
            text(
                "SELECT 34.0 * SUM(period = 3600) /"
                " SUM(34 + CASE WHEN sketch IS NULL THEN 0 ELSE 11 + LENGTH(sketch) END)"
                " FROM rollup"
            )
        )
    sizes["hours"] = sizes["rollup"] * share
    sizes["days"] = sizes.pop("rollup") - sizes["hours"]
    return sizes


def scaled(sizes, checks, days):
    """The kept things of a year, by what each grows with."""
    each, packed = CHECKS / checks, days - 2
    sizes = {name: size for name, size in sizes.items() if name not in FIXED}
    kept = {"sample": 1, "chunk": 365 / packed}
    # One row a check, however long.
    kept |= dict.fromkeys(("check_", "regime", "standing", "state", "pending"), 1)
    kept |= {"hours": 90 / min(packed, 90), "days": 365 / packed}
    return {
        name: size * each * kept.get(name, 365 / days) for name, size in sizes.items()
    }
