"""What is old becomes small, and can still be healed, read and reported."""

from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.history.importing import import_lines
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.intervals import suppressed_errors
from collective.hoard.monitoring.history.packing import pack
from collective.hoard.monitoring.history.packing import unpack
from collective.hoard.monitoring.history.sketches import dumps
from collective.hoard.monitoring.history.sketches import loads
from collective.hoard.monitoring.history.sketches import merged
from collective.hoard.monitoring.history.sketches import sketch_of
from collective.hoard.monitoring.interfaces import Sample
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from monitoring.history.test_import import line
from monitoring.history.test_import import random_lines
from sqlalchemy import text
import pytest
import random


DAY = 86400


def state_of(engine, number=1, now=10**9):
    with engine.begin() as connection:
        return (
            intervals(connection, number, now),
            suppressed_errors(connection, number),
            availability(connection, 0, 10 * DAY, [number]),
        )


def count(engine, table):
    with engine.begin() as connection:
        return connection.scalar(text(f"SELECT COUNT(*) FROM {table}"))


def keep_house(store, now):
    while store.housekeep(now, budget=5):
        pass


packed_rows = st.lists(
    st.tuples(
        st.integers(3 * DAY, 4 * DAY - 1),
        st.sampled_from([0, 0, 250_000]),
        st.integers(1, 3),
        st.integers(0, 2),
        st.sampled_from([None, 0, 200, 503, -7, 2**31 - 1]),
        st.sampled_from([None, "timeout", "böse\n<b>"]),
        st.one_of(st.none(), st.floats(0, 1e9)),
    ),
    max_size=40,
    unique_by=lambda row: row[:5],
)


@given(packed_rows)
@settings(max_examples=100, deadline=None)
def test_a_chunk_gives_back_what_it_was_given(rows):
    rows = sorted(rows, key=lambda row: row[:3])
    back = unpack(pack(rows, 3), 3)
    assert [row[:6] for row in back] == [row[:6] for row in rows]
    for (*_, ms), (*_, original) in zip(back, rows, strict=True):
        if original is None:
            assert ms is None
        else:
            assert abs(ms - original) <= 0.0201 * (original + 1)


def test_a_sketch_survives_and_can_be_merged():
    chance = random.Random(1)
    values = [chance.lognormvariate(5, 1) for _ in range(5000)]
    parts = [values[n::7] for n in range(7)]
    whole = merged(loads(dumps(sketch_of(part))) for part in parts)
    values.sort()
    for quantile in (0.5, 0.95, 0.99):
        exact = values[int(quantile * (len(values) - 1))]
        assert whole.get_quantile_value(quantile) == pytest.approx(exact, rel=0.021)


def test_packing_changes_no_history(store, clock, engine):
    clock.now = 20 * DAY
    import_lines(store, random_lines(1500, checks=2), True, 600, 900)
    before = state_of(engine)

    keep_house(store, 20 * DAY)

    assert count(engine, "sample") == 0
    assert count(engine, "chunk") > 0
    assert state_of(engine) == before


def test_a_late_sample_heals_a_packed_day(store, clock, engine):
    clock.now = 20 * DAY
    import_lines(store, [line(time=5), line(time=605), line(time=1805)], True)
    keep_house(store, 20 * DAY)

    import_lines(store, [line(time=1205, status="crit", code=500)])

    rows, _, _ = state_of(engine)
    assert [(r.since, r.status) for r in rows][:3] == [
        (0, "ok"),
        (1200, "crit"),
        (1800, "ok"),
    ]
    with engine.begin() as connection:
        query = "SELECT down FROM rollup WHERE period = 86400"
        assert connection.scalar(text(query)) == 600


def test_a_replay_of_a_packed_day_is_known(store, clock, engine):
    clock.now = 20 * DAY
    lines = random_lines(500, checks=2)
    import_lines(store, lines, True)
    before = state_of(engine)
    keep_house(store, 20 * DAY)

    assert import_lines(store, lines, True).stored == 0
    assert state_of(engine) == before


def test_days_add_up_to_the_whole(store, clock, engine):
    clock.now = 20 * DAY
    import_lines(store, random_lines(1500, checks=1), True, 600, 900)
    keep_house(store, 20 * DAY)
    with engine.begin() as connection:
        query = "SELECT SUM(up), SUM(down), MIN(start), MAX(start) FROM rollup"
        for period in (3600, DAY):
            up, down, first, last = connection.execute(
                text(f"{query} WHERE period = {period}")
            ).one()
            whole = availability(connection, first, last + period, [1])[1]
            assert (up, down) == (whole.up, whole.down)


def test_chunks_and_hours_are_forgotten_in_time(store, clock, engine):
    clock.now = 20 * DAY
    import_lines(store, random_lines(100, checks=1), True)
    keep_house(store, 20 * DAY)

    keep_house(store, 600 * DAY)

    assert count(engine, "chunk") == 0
    assert count(engine, "rollup WHERE period = 3600") == 0
    assert count(engine, "rollup WHERE period = 86400") > 0
    result = store.record_all([Sample("c0", "a", 5, "ok")], now=600 * DAY)
    assert "before all that is kept" in result.refused[0][1]


def test_an_error_of_the_same_moment_is_added_to_a_day_that_is_packed(
    store, clock, engine
):
    clock.now = 20 * DAY
    at = 10 * DAY + 600
    line = '{"check": "c", "source": "a", "time": %d, "status": "%s"%s}'
    good = (line % (at, "ok", "")).encode()
    bad = [(line % (at, "crit", f', "code": {n}')).encode() for n in (500, 503)]
    bad.append((line % (at, "crit", "")).encode())
    import_lines(store, [good, bad[0]], True)
    keep_house(store, 20 * DAY)
    assert count(engine, "sample") == 0

    done = import_lines(store, [good, *bad, *bad])
    assert (done.stored, done.duplicates) == (2, 5)
    keep_house(store, 20 * DAY)

    assert import_lines(store, [good, *bad]).stored == 0
    _, errors, _ = state_of(engine)
    assert [(e.time, e.code) for e in errors] == [(at, None), (at, 500), (at, 503)]


@given(
    st.integers(9, 60),
    st.integers(0, 900),
    st.sampled_from([1, 60, 300]),
    st.randoms(use_true_random=False),
)
def test_times_that_keep_to_an_interval_are_small(number, first, step, chance):
    rows = [
        (first + n * step + chance.choice((0, 0, 1)), 0, 1, 0, 200, None, None)
        for n in range(number)
    ]
    if step == 1:
        rows = sorted({row[0]: row for row in rows}.values())
    blob = pack(rows, 0)
    assert unpack(blob, 0) == rows
    assert len(blob) < 60
