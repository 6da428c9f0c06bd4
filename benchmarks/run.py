"""Measure the forms against collective.easyform, and the ledger by size.

`make bench` runs this and names the peer's Python in HOARD_PEERS_PYTHON.
"""

from argparse import ArgumentParser
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from party import fresh
from party import products
from pathlib import Path
from report import report
from tempfile import TemporaryDirectory
from time import monotonic
import ledger_rows
import measure_receivers
import measure_versions
import measure_visitors
import os
import page
import signal
import sys


ROOT = Path(__file__).resolve().parent.parent
#: On the disk where the project is: /tmp may be memory.
DATA = ROOT / "var" / "benchmarks"
PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Sizes:
    """How much is measured, how often."""

    threads: int = 4
    per_thread: int = 25
    races: int = 3
    sent_before: int = 10_000
    submits: int = 120
    sending_rounds: int = 10
    views: int = 60
    visits: int = 30
    many: int = 50_000
    part: int = 5_000
    whole_export: bool = False
    exports: int = 3
    lists: int = 9
    few: int = 1_000
    huge: int = 1_000_000
    versioned: int = 10_000
    saves: int = 80
    ledgers: tuple = (1_000, 10_000, 100_000, 1_000_000)
    ledger_runs: int = 5
    zeo_rows: int = 1_200
    zeo_rounds: int = 3
    tellings: int = 20
    migrated: int = 180_000
    migrations: int = 2
    lookups: int = 100_000
    lookup_runs: int = 15
    messages: int = 1_000
    message_rounds: int = 11
    searched: int = 100_000
    history_runs: int = 5
    disk_checks: int = 6
    disk_days: int = 30
    judge_changes: int = 300
    judge_seconds: int = 10
    sites: int = 4_000
    polled: int = 2_000
    polled_tls: int = 2_000
    polled_rounds: int = 5
    plugins: int = 40
    swept: int = 4_000
    passive: int = 10_000
    passive_rounds: int = 5
    event_ticks: int = 150
    watched_seconds: int = 20
    peer_saves: int = 100
    peer_some: int = 20
    peer_people: int = 8
    peer_hang: int = 30
    peer_undone: int = 10


FULL = Sizes(
    whole_export=True,
    races=5,
    submits=300,
    sending_rounds=25,
    views=200,
    lists=15,
    migrations=3,
    disk_checks=20,
    disk_days=60,
    judge_seconds=30,
    polled=4_000,
    polled_tls=4_000,
    polled_rounds=9,
    watched_seconds=60,
)
FORMS = ("visitors", "receivers", "versions", "ledger")
#: Parts with a table of their own: name -> its title. The module
#: ``<name>_rows`` has ``measure(folder, sizes)``, which returns rows.
OTHERS = {
    "migration": "Migration",
    "monitoring_views": "Monitoring in Plone",
    "connections": "Connections",
    "delivery": "Delivery",
    "outbox": "Outbox",
    "search": "Search",
    "peers": "Faults on the way to Solr",
    "monitoring_poller": "Monitoring: the poller",
    "monitoring_history": "Monitoring: history",
    "monitoring_judge": "Monitoring: rules",
}
PARTS = (*FORMS, *OTHERS)


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="more runs; let the peer export all rows"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"bring {PAGE.relative_to(ROOT)} up to date",
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts"
    )
    options = parser.parse_args(argv)
    forms = {part for part in options.only if part in FORMS}
    if options.write and forms not in (set(), set(FORMS)):
        parser.error(f"--write needs all or none of {', '.join(FORMS)}")
    sizes = FULL if options.full else Sizes()
    # To end by SIGTERM as by Ctrl-C: with the data removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    DATA.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=DATA) as folder:
        peer = os.environ.get("HOARD_PEERS_PYTHON")
        folder = Path(folder)
        rows, ledgers = measure(products(folder, peer), sizes, options.only)
        others = measure_others(folder, sizes, options.only)
    if rows:
        print(report(rows))
    if ledgers:
        print(f"\n{ledgers}")
    for title, found in others.items():
        print(f"\n## {title}\n\n{report(found)}")
    if options.write:
        page.write(PAGE, rows, ledgers, others, options.full)
    missed = [row for group in (rows, *others.values()) for row in group]
    return 1 if any(row.passed is False for row in missed) else 0


def measure_others(folder, sizes, only=PARTS):
    """``{title: rows}`` of the parts that bring a table of their own."""
    found = {}
    for name, title in OTHERS.items():
        if name in only:
            with step(name), TemporaryDirectory(dir=folder) as place:
                part = import_module(f"{name}_rows")
                found[title] = part.measure(Path(place), sizes)
    return found


def measure(products, sizes, only=PARTS):
    """``(rows of the report, table of the ledger by size)``"""
    rows, ledgers = [], ""
    if {"visitors", "receivers", "versions"} & set(only):
        with step("making the sites and filling the forms"):
            make(products, sizes, only)
    if "visitors" in only:
        with step("visitors"):
            rows += measure_visitors.measure(products, sizes)
    if "receivers" in only:
        with step("receivers"):
            rows += measure_receivers.measure(products, sizes)
    if "versions" in only:
        with step("versions"):
            rows += measure_versions.measure(products, sizes)
    if "ledger" in only:
        with step("ledger"):
            found, ledgers = ledger_rows.measure(products[0].folder, sizes)
            rows += found
    return rows, ledgers


def make(products, sizes, only):
    with fresh(products) as parties:
        for party in parties:
            party.ask("make_site")
            if "visitors" in only:
                measure_visitors.make(party, sizes)
            if "receivers" in only:
                measure_receivers.make(party, sizes)
        if "versions" in only:
            measure_versions.make(parties[0], sizes)


@contextmanager
def step(title):
    """Say on standard error what is going on, and how long it took."""
    started = monotonic()
    print(f"  {title} ... ", end="", file=sys.stderr, flush=True)
    yield
    print(f"{monotonic() - started:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
