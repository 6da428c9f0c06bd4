"""What receivers do: list the submissions, export them, with many of them too."""

from functools import partial
from measure_visitors import two
from pages import export
from party import fresh
from party import good
from party import in_turn
from report import compare
from report import Row
from report import Samples


TINY, MANY, HALF, PART = "tiny", "many", "half", "part"
FEW, HUGE = "few", "huge"
#: Twice as many rows must take so many times as long, or their time says too little
#: about that of more: were a part of it the same for any number, scaling would
#: make the peer look slower than it is.
LINEAR = 1.8


def make(party, sizes):
    scaled = {} if sizes.whole_export else {PART: sizes.part, HALF: sizes.part // 2}
    for form, rows in ({TINY: 20, MANY: sizes.many} | scaled).items():
        party.ask("make_form", form)
        party.ask("fill", form, rows)


def make_huge(party, sizes):
    for form, rows in {FEW: sizes.few, HUGE: sizes.huge}.items():
        party.ask("make_form", form)
        party.ask("fill", form, rows)


def measure(products, sizes):
    yield from lists(products, sizes)
    yield from exports(products, sizes)
    yield from newest(products[:1], sizes)


def lists(products, sizes):
    with fresh(products) as parties:
        yield from first_pages(parties, sizes)


def first_pages(parties, sizes):
    title = f"list page of {sizes.many:,} rows"
    warm_up(parties)
    cold = in_turn(sizes.lists, *(partial(cold_list, p, MANY) for p in parties))
    warm = in_turn(sizes.lists, *(partial(warm_list, p, MANY) for p in parties))
    yield compare(f"{title}, cold", *two([Samples(tuple(t)) for t in cold]), 0.1)
    yield compare(f"{title}, warm", *two([Samples(tuple(t)) for t in warm]), 0.1)


def warm_up(parties):
    for party in parties:
        for _ in range(3):
            good(party.list(TINY))


def cold_list(party, form):
    """Seconds for a first look at the rows of *form*: the code and Plone's own
    objects are warm, by the list of another form; no object of this one is."""
    party.ask("cool")
    good(party.list(TINY))
    return good(party.list(form)).seconds


def warm_list(party, form):
    return good(party.list(form)).seconds


def newest(products, sizes):
    with fresh(products) as parties:
        make_huge(parties[0], sizes)
    with fresh(products) as (ours,):
        yield newest_page(ours, sizes)


def newest_page(ours, sizes):
    """Only for ours; the peer would load all rows."""
    warm_up([ours])
    jobs = [partial(cold_list, ours, form) for form in (HUGE, FEW)]
    huge, few = (Samples(tuple(times)) for times in in_turn(sizes.lists, *jobs))
    title = f"page with the newest 20 of {sizes.huge:,} rows, cold"
    return compare(title, huge, few, 1.5, note=f"{sizes.few:,} rows: ")


def exports(products, sizes):
    rows = sizes.many
    title = f"CSV of {rows:,} rows"
    jobs = [partial(fresh_export, products[0], MANY, rows)]
    if len(products) > 1 and sizes.whole_export:
        jobs.append(partial(fresh_export, products[1], MANY, rows))
    elif len(products) > 1:
        jobs.append(partial(fresh_export, products[1], PART, sizes.part))
        jobs.append(partial(fresh_export, products[1], HALF, sizes.part // 2))
    ours, *others = in_turn(sizes.exports, *jobs)
    other, label = seconds(others[0]) if others else None, ""
    if len(others) > 1:
        other, label = scaled(products[1], *others, sizes)
    told = "at most 1/30"
    yield compare(title, seconds(ours), other, 1 / 30, label, told)
    more = megabytes(ours)
    label = "" if len(others) < 2 else f"{sizes.part:,} rows: "
    theirs = f"{label}{megabytes(others[0])}" if others else "not measured"
    passed = more.median <= 20
    yield Row(f"{title}: memory more", more, theirs, None, "at most 20 MB", passed)


def scaled(peer, part, half, sizes):
    """The peer's time for all rows, from that for some, if twice the rows take
    twice the time; measured once if not. :return: ``(Samples, label)``"""
    factor = sizes.many / sizes.part
    growth = seconds(part).median / seconds(half).median
    if growth < LINEAR:
        return seconds([fresh_export(peer, MANY, sizes.many)]), "one run: "
    linear = f"half of them took 1/{growth:.2g}"
    label = f"{sizes.part:,} rows x {factor:g} (linear: {linear}): "
    return Samples(tuple(run[0] * factor for run in part), "s"), label


def fresh_export(product, form, rows):
    """``(seconds, megabytes more)`` for an export in a process of its own."""
    with fresh([product]) as (party,):
        return one_export(party, form, rows)


def one_export(party, form, rows):
    good(export(party.instance, party.pages, TINY))
    before = party.ask("forget_peak")
    reply = good(export(party.instance, party.pages, form))
    lines = reply.content.count(b"\n")
    if lines != rows + 1:
        raise AssertionError(f"{lines} lines for {rows} rows")
    return reply.seconds, party.ask("peak") - before


def seconds(runs):
    return Samples(tuple(run[0] for run in runs), "s")


def megabytes(runs):
    return Samples(tuple(run[1] for run in runs), "MB")
