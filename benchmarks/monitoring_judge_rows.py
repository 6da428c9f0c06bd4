"""Rules after one change by number of checks; the judge at 10 Hz.

    .venv/bin/python benchmarks/run.py --only monitoring_judge

Two rows of the table for monitoring:

- 200 rules, evaluated again after one change: with 4,000 checks at most twice
  as long as with 40;
- 1,000 events a second, judged and told at 10 Hz: the last tenth of the ticks
  takes no longer than the first, and none falls behind.
"""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import ensure_schema
from collective.hoard.monitoring.history import meta
from collective.hoard.monitoring.interfaces import Change
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.judge import Judge
from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.roster import save_roster
from report import compare
from report import Samples
from sqlalchemy import insert
from time import perf_counter
import random


RULES, FEW, MANY = 200, 40, 4000
EVENTS, HERTZ = 1000, 10
#: An arbitrary Monday.
START = 1_780_300_800
#: What rules say in turn: over all checks, a group, a tag, a metric.
TEXTS = (
    "up(group:g{0}) >= {1} %",
    "count(*, crit) <= {1}",
    "up(tag:t{0}) >= 80 % and rate(errors / requests) < 5 %",
    "min 3 of group:g{0} or count(site-1*, down) < {1}",
)


def measure(folder, sizes):
    """The rows of the report."""
    return [
        rules_row(folder, sizes.judge_changes),
        pace_row(folder, sizes.judge_seconds),
    ]


def rules_row(folder, changes):
    few = rules_after_one_change(folder, FEW, changes)
    many = rules_after_one_change(folder, MANY, changes)
    return compare(
        f"{RULES} rules after one change, {MANY:,} checks",
        Samples(tuple(many)),
        Samples(tuple(few)),
        2,
        note=f"{FEW} checks: ",
    )


def rules_after_one_change(folder, number, changes):
    """Seconds from a change to all rules judged again, of each change."""
    judge = started(folder / f"rules-{number}.db", number)
    board, book = judge.picture.board, judge.picture.rules
    ids = [i for i, m in board.members.items() if m.kind == "http"]
    chance, taken = random.Random(1), []
    for turn in range(changes):
        member = chance.choice(ids[:FEW])
        status = "crit" if board.statuses[member] == "ok" else "ok"
        begun = perf_counter()
        concerned = board.move(member, status)
        # The worst case: all of them, whether the change concerns them or not.
        book.evaluate({*book.rules, *concerned}, START + turn)
        taken.append(perf_counter() - begun)
    judge.engine.dispose()
    return taken


def pace_row(folder, seconds):
    """Ticks of the last tenth compared with the first; how much of the time."""
    judge = started(folder / "pace.db", MANY)
    teller = Teller(judge.engine, {"mail": Nowhere()})
    chance = random.Random(2)
    ids = [i for i, m in judge.picture.board.members.items() if m.kind == "http"]
    statuses, taken = dict.fromkeys(ids, "ok"), []
    for tick in range(seconds * HERTZ):
        now = START + tick / HERTZ
        samples, changes = events(chance, ids, statuses, now)
        begun = perf_counter()
        judge.on_samples(samples, now)
        notices = judge.on_changes(changes, now) + judge.tick(now)
        teller.tell(notices, now)
        if not tick % (5 * HERTZ):
            teller.flush(now)
        taken.append(perf_counter() - begun)
    judge.engine.dispose()
    part = max(len(taken) // 10, 1)
    note = (
        f"{sum(taken) / seconds:.0%} of the time, {behind(taken) * 1000:.0f} ms"
        " behind at most; first tenth: "
    )
    # The very first ticks open the incidents: compare with what comes after them.
    return compare(
        f"{EVENTS:,} events/s judged at {HERTZ} Hz, {seconds} s: the last tenth",
        Samples(tuple(taken[-part:])),
        Samples(tuple(taken[part : 2 * part])),
        1.5,
        note=note,
    )


def behind(taken):
    """How far the loop is behind its clock at the worst, and has not caught up."""
    late = worst = 0.0
    for seconds in taken:
        late = max(late + seconds - 1 / HERTZ, 0.0)
        worst = max(worst, late)
    return worst


def events(chance, ids, statuses, now):
    """Samples of one tick; one in ten changes what its check is."""
    samples, changes = [], []
    for _ in range(EVENTS // HERTZ):
        number = chance.choice(ids)
        values = {"errors": (chance.randrange(9), ""), "requests": (100, "")}
        if chance.random() < 0.1:
            before = statuses[number]
            statuses[number] = status = chance.choice(("ok", "ok", "warn", "crit"))
            if status != before:
                changes.append(Change(number, int(now), None, status, None, "", before))
        samples.append(
            Sample(number, "bench", now, statuses[number], ms=9.0, values=values)
        )
    return samples, changes


class Nowhere:
    """A channel that takes everything."""

    def send(self, contact, letter):
        """Done."""


def started(path, number):
    """A judge over *number* checks with `RULES` rules."""
    engine = open_engine(path)
    ensure_schema(engine)
    with engine.begin() as connection:
        meta.next_seq(connection)
        fill(connection, number)
        save_roster(connection, ROSTER)
    judge = Judge(engine)
    judge.start(START)
    return judge


ROSTER = {
    "contacts": [{"name": "anna", "channel": "mail", "address": "anna@example.org"}],
    "policies": [{"name": "all", "contacts": ["anna"]}],
}


def fill(connection, number):
    ids = range(1, number + 1)
    groups = [{"id": n + 1, "name": f"g{n}"} for n in range(20)]
    rules = [
        {
            "name": f"r{n}",
            "expression": TEXTS[n % 4].format(n % 20, n % 90),
            "check_id": number + n + 1,
            "collapse": "never",
        }
        for n in range(RULES)
    ]
    rows = [
        (t.check, [{"id": n, "name": f"site-{n}", "kind": "http"} for n in ids]),
        (
            t.check,
            [
                {"id": r["check_id"], "name": f"rule:{r['name']}", "kind": "rule"}
                for r in rules
            ],
        ),
        (
            t.regime,
            [{"check_id": n, "since": 0, "slot": 60, "fresh": 600} for n in ids],
        ),
        (t.interval, [{"check_id": n, "since": START - 600, "status": 0} for n in ids]),
        (t.group, groups),
        (t.group_member, [{"group_id": n % 20 + 1, "check_id": n} for n in ids]),
        (t.tag, [{"check_id": n, "name": f"t{n % 20}"} for n in ids]),
        (t.rule, rules),
    ]
    for table, values in rows:
        connection.execute(insert(table), values)
