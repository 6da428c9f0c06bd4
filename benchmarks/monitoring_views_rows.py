"""The pages of monitoring over HTTP: with 4,000 checks and with 40.

Each check has a month of changes; of 4,000 some hundred are down.
"""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from contextlib import contextmanager
from contextlib import ExitStack
from instance import running
from party import good
from party import in_turn
from report import compare
from report import Row
from report import Samples
from sqlalchemy import insert
import os
import random
import sys
import time


FEW, MANY = 40, 4_000
MODULE = "product_monitoring"
PAGE = "/Plone/@@hoard-monitoring"
#: The issue's: at most so much slower, and so many bytes.
SLOWER, BYTES = 1.5, 200_000
DAY, WARM_UP = 86_400, 3


def measure(folder, sizes):
    """Rows of the report."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(site(folder, n)) for n in (FEW, MANY))
        return [
            *overview(few, many, sizes.lists),
            page(
                few,
                many,
                sizes.lists,
                "second page of the list",
                f"{PAGE}?page=2",
                PAGE,
            ),
            page(few, many, sizes.lists, "wallboard", "/Plone/@@hoard-wall"),
            page(
                few,
                many,
                sizes.lists,
                "one check, 30 days",
                "/Plone/@@hoard-check/7?days=30",
            ),
        ]


@contextmanager
def site(folder, count):
    """A site with so many checks, in a process of its own."""
    path = folder / f"{count}.db"
    fill(str(path), count)
    os.environ["HOARD_BENCH_MONITORING"] = str(path)
    with running(folder / f"site-{count}", sys.executable, MODULE) as instance:
        instance.ask("make_site")
        yield instance


def overview(few, many, runs):
    row = page(few, many, runs, "overview", PAGE)
    size = len(good(many.get(PAGE, as_admin=True)).content)
    required = f"at most {BYTES / 1000:g} KB"
    told = Samples((size,), "KB")
    return [
        row,
        Row(
            "overview with 4,000 checks, size", told, "–", None, required, size <= BYTES
        ),
    ]


def page(few, many, runs, title, path, other=None):
    def ask(instance, where):
        return lambda: good(instance.get(where, as_admin=True)).seconds

    jobs = ask(many, path), ask(few, other or path)
    for _ in range(WARM_UP):
        for job in jobs:
            job()
    ours, theirs = in_turn(runs, *jobs)
    limit = SLOWER if path == PAGE else None
    work = f"{title}: 4,000 checks"
    return compare(
        work, Samples(tuple(ours)), Samples(tuple(theirs)), limit, "40 checks: "
    )


def fill(path, count):
    """A database of *count* checks, written as the poller leaves it."""
    engine, chance, now = open_engine(path), random.Random(count), int(time.time())
    migrate(engine)
    ids = range(1, count + 1)
    rows = [row for i in ids for row in history(chance, i, now)]
    with engine.begin() as connection:
        connection.execute(insert(t.check), [check(i, now) for i in ids])
        rules = [{"check_id": i, "since": 0, "slot": 600, "fresh": 86_400} for i in ids]
        connection.execute(insert(t.regime), rules)
        connection.execute(insert(t.interval), rows)
        connection.execute(
            insert(t.standing),
            [standing(row, now) for row in rows if row["until"] is None],
        )
        groups = [
            {"id": g, "name": f"group-{g}", "title": f"Group {g}"} for g in range(1, 21)
        ]
        connection.execute(insert(t.group), groups)
        members = [{"group_id": i % 20 + 1, "check_id": i} for i in ids]
        connection.execute(insert(t.group_member), members)
        connection.execute(
            insert(t.meta),
            [{"name": n, "value": 1} for n in ("change_seq", "generation")],
        )
    engine.dispose()


def check(i, now):
    host = f"site-{i:04}.example.org"
    return {
        "id": i, "name": f"https://{host}", "title": f"Site {i:04}", "kind": "https",
        "host": host, "address": f"10.{i // 250}.1.{i % 250}", "interval": 300,
        "created": now - 30 * DAY, "monitored_since": now - 30 * DAY,
    }  # fmt: skip


def history(chance, i, now):
    """A month of intervals; every thirtieth check is down now."""
    edges = sorted(chance.sample(range(now - 30 * DAY, now - 600), 4))
    states = (0, 2, 0, 2 if i % 30 == 0 else 0)
    edges.append(None)
    for place, status in enumerate(states):
        yield {
            "check_id": i, "since": edges[place], "until": edges[place + 1],
            "expires": now + 30 * DAY if edges[place + 1] is None else None,
            "status": status, "code": 200 if status == 0 else 503, "reason": None,
        }  # fmt: skip


def standing(row, now):
    kept = ("check_id", "since", "status", "code", "expires")
    return {
        **{key: row[key] for key in kept}, "stale": now + 30 * DAY, "provisional": False,
        "closed": now, "last_time": now - 60, "seq": 1,
    }  # fmt: skip
