"""What an editor does: save a page that has a form, and submissions."""

from functools import partial
from party import fresh
from party import in_turn
from report import compare
from report import Samples


WITH, WITHOUT = "with", "without"


def make(party, sizes):
    for page in (WITH, WITHOUT):
        party.ask("make_page", page)
    party.ask("fill", WITH, sizes.versioned)


def measure(products, sizes):
    """Only for ours: forms of the peer are content of their own."""
    with fresh(products[:1]) as (ours,):
        yield from saves(ours, sizes)


def saves(ours, sizes):
    jobs = [partial(ours.ask, "save_version", page) for page in (WITH, WITHOUT)]
    in_turn(3, *jobs)
    full, empty = in_turn(sizes.saves, *jobs)
    title = f"new version of a page whose form has {sizes.versioned:,} rows"
    note = "no rows: "
    times = [Samples(tuple(one["seconds"] for one in runs)) for runs in (full, empty)]
    yield compare(title, *times, 1.2, note, "the same: at most 1.2")
    grown = [
        Samples(tuple(one["bytes"] for one in runs), "KB") for runs in (full, empty)
    ]
    yield compare(f"{title}: Data.fs", *grown, 1.05, note, "the same: at most 1.05")
