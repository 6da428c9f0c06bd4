"""A monitoring database with a month of history of some forty checks."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.monitoring.database.tables_poller import poller
from collective.hoard.monitoring.database.tables_poller import timing
from collective.hoard.monitoring.history.importing import import_lines
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.judge.judge import Judge
from random import Random
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
import json
import time


DAY, STEP, SLOT = 86_400, 1800, 1800
GROUPS = ("Web", "Mail", "Intranet", "Shops")
#: Texts from outside that must never become part of a page.
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def make(path, now=None, checks=40, days=30):
    """Fill a database at *path*; deterministic but for the present time."""
    now = int(now or time.time())
    engine = open_engine(path)
    migrate(engine)
    store = Store(engine)
    names = make_checks(store, now, checks, days)
    import_lines(store, lines(names, now, days))
    make_surroundings(engine, names, now)
    make_rule(engine, now)
    engine.dispose()
    return names


def make_wall(path, count):
    """A group "all" of *count* checks, some of which are down."""
    now = int(time.time())
    names = make(path, now, count, days=1)
    engine = open_engine(path)
    with engine.begin() as connection:
        made = connection.execute(insert(t.group).values(name="all", title="All"))
        rows = [
            {"group_id": made.inserted_primary_key[0], "check_id": number}
            for number in names.values()
        ]
        connection.execute(insert(t.group_member), rows)
    engine.dispose()


def beat(path):
    """Let the poller have given a sign of life just now: files are made once."""
    engine = open_engine(path)
    with engine.begin() as connection:
        connection.execute(update(poller).values(beat=time.time()))
    engine.dispose()


def make_checks(store, now, count, days):
    """``{name: number}``"""
    names = {}
    for place in range(count):
        name = f"https://site-{place:02}.example.org"
        options = {"host": f"site-{place:02}.example.org", "interval": STEP}
        if place % 3:
            options["title"] = f"Site {place:02}"
        if place == 5:
            options["title"] = HOSTILE
        options |= {"address": f"10.1.2.{place}", "timeout": 10.0}
        names[name] = store.ensure_check(
            name, SLOT, 2 * SLOT + 100, "https", created=now - days * DAY, **options
        )
    return names


def lines(names, now, days):
    start = (now - days * DAY) // SLOT * SLOT
    for place, name in enumerate(names):
        chance = Random(place)
        outage = outage_of(place, start, now)
        for moment in range(start + chance.randrange(STEP), now - 60, STEP):
            if place == 7 and moment > now - 2 * DAY:
                break  # gone dark
            down = any(a <= moment < b for a, b in outage)
            if not down and chance.random() < 0.002:
                # A single error beside a good answer: suppressed.
                yield sample(name, moment + 20, "crit", 500, 90, "status")
            yield (
                sample(name, moment, "crit", 503 if place % 2 else 0, 900, "timeout")
                if down
                else sample(
                    name,
                    moment,
                    "warn" if place == 9 else "ok",
                    200,
                    ms(chance, moment),
                    "latency" if place == 9 else "",
                )
            )


def outage_of(place, start, now):
    found = []
    if place % 4 == 0:
        found.append((start + 5 * DAY + place * 3600, start + 5 * DAY + place * 5400))
    if place in (3, 11):
        found.append((now - 4 * 3600, now + DAY))
    return found


def ms(chance, moment):
    hour = moment % DAY / 3600
    base = 80 + (60 if 8 < hour < 18 else 0)
    return round(
        base + chance.expovariate(1 / 25) + (900 if chance.random() < 0.01 else 0), 1
    )


def sample(name, moment, status, code, ms, reason=""):
    text = HOSTILE if status == "crit" else ""
    row = {"check": name, "source": "local", "time": moment, "status": status}
    row |= {"code": code, "ms": ms, "reason": reason, "text": text}
    return json.dumps(row).encode()


def make_rule(engine, now):
    number = Store(engine).ensure_check(
        "rule:front", 600, kind="rule", title="Front pages"
    )
    with engine.begin() as connection:
        connection.execute(
            insert(t.rule).values(
                name="front",
                title="Front pages",
                expression="up(group:web) >= 80 %",
                check_id=number,
            )
        )
    Judge(engine).start(now)


def make_surroundings(engine, names, now):
    ids = list(names.values())
    with engine.begin() as connection:
        for place, name in enumerate(GROUPS):
            made = connection.execute(
                insert(t.group).values(name=name.lower(), title=name)
            )
            number = made.inserted_primary_key[0]
            rows = [
                {"group_id": number, "check_id": i} for i in ids[place :: len(GROUPS)]
            ]
            if rows:
                connection.execute(insert(t.group_member), rows)
        connection.execute(
            insert(poller).values(
                name="local", started=now - DAY, beat=now, checks=len(ids)
            )
        )
        source = connection.scalar(
            select(t.source.c.id).where(t.source.c.name == "local")
        )
        phases = {
            "resolve": 2,
            "connect": 11,
            "tls": 28,
            "first_byte": 60,
            "transfer": 9,
        }
        connection.execute(
            insert(timing),
            [
                {"check_id": i, "source_id": source, "time": now - 60, **phases}
                for i in ids
            ],
        )
        for place in (3, 11):
            if place >= len(ids):
                continue
            made = connection.execute(
                insert(t.incident).values(
                    title=f"Site {place:02}",
                    check_id=ids[place],
                    since=now - 4 * 3600,
                    severity=2,
                    state="told",
                )
            )
            connection.execute(
                insert(t.incident_note).values(
                    incident_id=made.inserted_primary_key[0],
                    time=now - 3600,
                    author="ada",
                    text=f"The disk was full. {HOSTILE}",
                )
            )
