"""Random histories in random order agree with a second-by-second brute force."""

from collections import Counter
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.tables import metadata
from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.intervals import suppressed_errors
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from contextlib import contextmanager
from dataclasses import asdict
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from monitoring.history.brute import Model
from monitoring.history.brute import Rules
from monitoring.history.parts import Clock
import pytest
import shutil


LENGTH = 150
LATER = 10_000
SETTINGS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}

statuses = st.sampled_from(["ok", "ok", "warn", "crit"])
codes = st.sampled_from([None, 0, 200, 301, 500, 503])
times = st.one_of(
    st.integers(0, LENGTH - 1),
    st.integers(0, (LENGTH - 1) * 4).map(lambda n: n // 4 if n % 4 == 0 else n / 4),
)
samples = st.tuples(st.sampled_from("abc"), times, statuses, codes)


@st.composite
def rules(draw, since=0):
    slot = draw(st.integers(1, 20))
    fresh = draw(st.one_of(st.just(slot), st.integers(1, 60)))
    policy = draw(st.sampled_from(["best", "best", "worst", "last", "m of n"]))
    n = draw(st.integers(1, 5)) if policy == "m of n" else None
    m = draw(st.integers(1, n)) if n else None
    quorum = draw(st.sampled_from([None, None, 1, 2, 3]))
    return Rules(since, slot, fresh, policy, m, n, quorum)


@st.composite
def rule_lists(draw):
    result = [draw(rules())]
    if draw(st.booleans()):
        result.append(draw(rules(since=draw(st.integers(1, LENGTH)))))
    return result


def batches_of(draw):
    """Samples in random batches, some of them sent twice, some contradicted."""
    found = draw(st.lists(samples, max_size=40))
    if found:
        found += draw(st.lists(st.sampled_from(found), max_size=5))
        moments = st.sampled_from([item[:2] for item in found])
        others = draw(st.lists(st.tuples(moments, statuses, codes), max_size=5))
        found += [(*moment, *result) for moment, *result in others]
    found = draw(st.permutations(found))
    result = []
    while found:
        size = draw(st.integers(1, 12))
        result.append(found[:size])
        found = found[size:]
    return result


@st.composite
def pauses(draw):
    if draw(st.integers(0, 2)):
        return []
    since = draw(st.integers(0, LENGTH))
    until = draw(st.one_of(st.none(), st.integers(since + 1, LENGTH + 20)))
    return [(since, until)]


@contextmanager
def store_on(url, empty_database=None, tmp_path=None):
    """A store with nothing in it, and its clock."""
    if url is None:
        url = shutil.copy(empty_database, tmp_path / "one.db")
        for rest in ("-wal", "-shm"):
            (tmp_path / f"one.db{rest}").unlink(missing_ok=True)
    engine = open_engine(url)
    if engine.dialect.name == "postgresql":
        names = ", ".join(table.name for table in metadata.sorted_tables)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {names}")
    clock = Clock()
    try:
        yield Store(engine, clock=clock, skew=LATER), clock
    finally:
        engine.dispose()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
)
def fresh_store(request, empty_database, tmp_path):
    """``with fresh_store() as (store, clock)``, as often as wanted."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_tables")
        return lambda: store_on(url)
    return lambda: store_on(None, empty_database, tmp_path)


def make_check(store, model):
    for source in "abc":
        store.ensure_source(source)
    first, *others = model.rules
    number = store.ensure_check("c", grace=model.grace, **without_since(first))
    for rule in others:
        store.set_rules("c", rule.since, **without_since(rule))
    return number


def without_since(rule):
    return {key: value for key, value in asdict(rule).items() if key != "since"}


def as_sample(item, check="c"):
    source, time, status, code = item
    return Sample(check, source, time, status, code)


def check_everything(store, number, model, now, horizon=None):
    with store.engine.begin() as connection:
        found = intervals(connection, number, now)
        log = [(row.since, row.until, row.status, row.code) for row in found]
        assert log == model.log(LENGTH + 200, horizon)
        errors = suppressed_errors(connection, number)
        found = [(e.time, e.source, e.status, e.code) for e in errors]
        assert Counter(found) == Counter(model.suppressed(horizon))


def check_sums(store, number, model, periods):
    with store.engine.begin() as connection:
        for since, until in periods:
            found = availability(connection, since, until, [number])[number]
            sums = (found.up, found.down, found.unknown, found.unmonitored)
            assert sums == model.sums(since, until)
            assert sum(sums) == until - since


@st.composite
def stories(draw):
    return (
        Model(draw(rule_lists()), grace=draw(st.integers(0, 15))),
        batches_of(draw),
        draw(pauses()),
        draw(st.lists(st.integers(0, 40), min_size=45, max_size=45)),
        draw(st.booleans()),
    )


@given(
    story=stories(),
    edges=st.lists(st.integers(0, LENGTH + 100), min_size=2, max_size=6),
)
@settings(max_examples=60, **SETTINGS)
def test_random_histories_agree_with_brute_force(fresh_store, story, edges):
    model, batches, breaks, ticks, restarts = story
    with fresh_store() as (store, clock):
        number = make_check(store, model)
        closed = 0
        for batch, tick in zip(batches, ticks, strict=False):
            clock.now += tick
            if restarts:
                store = Store(store.engine, clock=clock, skew=LATER)
            store.record([as_sample(item) for item in batch])
            for item in batch:
                model.add(*item)
            store.close_slots()
            closed = model.horizon(clock.now, closed)
            check_everything(store, number, model, clock.now, closed)
            check_sums(store, number, model, periods_of(edges))
        for since, until in breaks:
            store.pause("c", since)
            if until is not None:
                store.resume("c", until)
        model.pauses = breaks
        clock.now = LATER
        store.close_slots()
        check_everything(store, number, model, LATER)
        check_sums(store, number, model, periods_of(edges))


def periods_of(edges):
    edges = sorted(set(edges))
    return list(zip(edges, edges[1:], strict=False))
