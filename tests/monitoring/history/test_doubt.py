"""R9: a source that sees everything fail doubts itself."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.intervals import intervals
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from monitoring.history.test_property import check_everything
from monitoring.history.test_property import fresh_store  # noqa: F401
from monitoring.history.test_property import LATER
from monitoring.history.test_property import Model
from monitoring.history.test_property import Rules
from monitoring.history.test_property import SETTINGS
from sqlalchemy import text
import pytest


def sweep(store, time, failing, total=30, source="here", now=None):
    samples = [
        Sample(
            f"c{n}",
            source,
            time,
            "crit" if n < failing else "ok",
            0 if n < failing else 200,
        )
        for n in range(total)
    ]
    return store.record(samples, now=time if now is None else now)


@pytest.fixture
def watched(store):
    store.ensure_source("here", kind="local")
    for number in range(30):
        store.ensure_check(f"c{number}")
    return store


def statuses(store, now, check=1):
    with store.engine.begin() as connection:
        return [(r.since, r.status) for r in intervals(connection, check, now)]


def test_when_nearly_all_fail_it_is_unknown_not_down(watched):
    sweep(watched, 5, failing=0)
    sweep(watched, 605, failing=29)
    sweep(watched, 1205, failing=0)
    watched.close_slots(now=2000)
    assert statuses(watched, 2000) == [(0, "ok"), (600, "unknown"), (1200, "ok")]
    with watched.engine.begin() as connection:
        rows = connection.execute(text("SELECT since, until, reason FROM blind")).all()
        kept = connection.scalar(text("SELECT COUNT(*) FROM sample"))
    assert rows == [(600, 1200, "29 of 30 checks fail")]
    assert kept == 90


def test_when_some_fail_they_are_down(watched):
    sweep(watched, 5, failing=20)
    watched.close_slots(now=2000)
    assert statuses(watched, 2000)[0] == (0, "crit")


def test_few_checks_never_doubt(watched):
    sweep(watched, 5, failing=19, total=19)
    watched.close_slots(now=2000)
    assert statuses(watched, 2000)[0] == (0, "crit")


def test_a_passive_source_never_doubts(watched):
    watched.ensure_source("script", kind="push")
    sweep(watched, 5, failing=30, source="script")
    watched.close_slots(now=2000)
    assert statuses(watched, 2000)[0] == (0, "crit")


def test_another_source_that_sees_is_believed(watched):
    watched.ensure_source("there", kind="satellite")
    sweep(watched, 5, failing=30)
    sweep(watched, 6, failing=0, source="there")
    watched.close_slots(now=2000)
    assert statuses(watched, 2000)[0] == (0, "ok")


def test_reference_checks_that_all_fail_make_blind(watched):
    with watched.writing() as connection:
        connection.execute(text("UPDATE check_ SET reference = TRUE WHERE id = 1"))
        watched._reload(connection)
    sweep(watched, 5, failing=2)
    watched.close_slots(now=2000)
    assert statuses(watched, 2000, check=2)[0][1] == "unknown"


def test_late_good_results_end_the_doubt(watched):
    sweep(watched, 605, failing=30)
    watched.close_slots(now=2000)
    assert statuses(watched, 2000)[0] == (600, "unknown")

    late = [Sample(f"c{n}", "here", 700, "ok", 200) for n in range(1, 30)]
    watched.record(late, now=2000)

    assert statuses(watched, 2000, check=1)[0] == (600, "crit")
    assert statuses(watched, 2000, check=2)[0] == (600, "ok")


items = st.tuples(
    st.integers(0, 3),
    st.sampled_from("ab"),
    st.integers(0, 140),
    st.sampled_from(["ok", "crit", "crit"]),
)


@given(
    found=st.lists(items, max_size=60),
    ticks=st.lists(st.integers(0, 30), min_size=70, max_size=70),
    size=st.integers(1, 9),
    slots=st.lists(st.integers(3, 25), min_size=4, max_size=4),
    same=st.booleans(),
)
@settings(max_examples=80, **SETTINGS)
def test_random_doubts_agree_with_brute_force(
    fresh_store,  # noqa: F811
    monkeypatch,
    found,
    ticks,
    size,
    slots,
    same,
):
    from collective.hoard.monitoring.history import blindness

    slots = slots[:1] * 4 if same else slots
    monkeypatch.setattr(blindness, "WINDOW", 10)
    models = [Model([Rules(0, slot, 2 * slot)]) for slot in slots]
    with fresh_store() as (store, clock):
        for source in "ab":
            store.ensure_source(source, kind="local", blind_least=2, blind_share=0.6)
        numbers = [
            store.ensure_check(f"c{n}", slot, 2 * slot, grace=0)
            for n, slot in enumerate(slots)
        ]
        for start in range(0, len(found), size):
            clock.now += ticks[start // size]
            store.record(
                [Sample(f"c{n}", o, t, s) for n, o, t, s in found[start : start + size]]
            )
            store.close_slots()
        clock.now = LATER
        store.close_slots()
        for n, source, time, status in found:
            models[n].add(source, time, status, None)
        blind = set(blind_windows(found, slots))
        for number, model in zip(numbers, models, strict=True):
            model.blind = blind
            check_everything(store, number, model, LATER)


def blind_windows(found, slots, longest=10):
    """R9 straight: of 2 checks or more, more than 60 % have only failures."""
    for length in {*slots, longest}:
        if length > longest:
            continue
        own = [n for n in range(4) if length == longest or slots[n] <= length]
        for key in {(source, time // length) for _, source, time, _ in found}:
            best = {}
            for n, source, time, status in found:
                if (source, time // length) == key and n in own:
                    best.setdefault(n, set()).add(status)
            failing = [n for n, those in best.items() if those == {"crit"}]
            if len(best) >= 2 and len(failing) > 0.6 * len(best):
                yield key[0], key[1] * length, (key[1] + 1) * length


def test_short_slots_are_doubted_by_themselves(store):
    """What was well a minute ago does not hide that all fails now."""
    store.ensure_source("here", kind="local")
    for number in range(30):
        store.ensure_check(f"c{number}", 60, 240)
    for time in range(1205, 1800, 60):
        sweep(store, time, failing=29 if time > 1500 else 0)
        store.close_slots(now=time)
    store.close_slots(now=2000)

    assert statuses(store, 1800) == [(1200, "ok"), (1500, "unknown")]


def test_a_few_checks_with_short_slots_are_doubted_with_all(store):
    store.ensure_source("here", kind="local")
    for number in range(30):
        store.ensure_check(f"c{number}", 60 if number < 10 else 600, 1200)
    sweep(store, 605, failing=29)
    store.close_slots(now=2000)

    assert statuses(store, 1200) == [(600, "unknown")]
    assert statuses(store, 1200, check=20) == [(600, "unknown")]


def test_late_results_end_one_doubt_and_not_another_of_the_same_beginning(store):
    store.ensure_source("here", kind="local")
    for number in range(40):
        store.ensure_check(f"c{number}", 60 if number < 20 else 600, 1200)
    sweep(store, 605, failing=40, total=40)
    late = [Sample(f"c{n}", "here", 700, "ok", 200) for n in range(20)]
    store.record(late, now=2000)
    again = Store(open_engine(store.engine.url.database), clock=lambda: 2000)
    again.close_slots()

    with again.engine.begin() as connection:
        rows = connection.execute(text("SELECT since, until FROM blind")).all()
    assert rows == [(600, 660)]
    assert statuses(again, 1200)[:2] == [(600, "unknown"), (660, "ok")]


def blind_since(store):
    with store.engine.begin() as connection:
        return connection.scalar(text("SELECT blind_since FROM source"))


def test_a_source_that_sees_again_is_said_to(watched):
    sweep(watched, 605, failing=30)
    assert blind_since(watched) == 600
    again = Store(open_engine(watched.engine.url.database))
    sweep(again, 1205, failing=0)

    assert blind_since(again) is None


def test_one_good_result_is_no_sight(watched):
    sweep(watched, 605, failing=30)
    sweep(watched, 1205, failing=0, total=1)
    assert blind_since(watched) == 600

    # Whoever has fewer checks by now is not blind for ever.
    sweep(watched, 1805, failing=0, total=1)
    assert blind_since(watched) is None


def test_the_poller_dead_for_half_an_hour(watched):
    """0 s down, the time it was dead unknown."""
    for time in range(5, 3600, 300):
        sweep(watched, time, failing=0)
        watched.close_slots(now=time)
    again = Store(open_engine(watched.engine.url.database))
    changes = again.close_slots(now=5400)
    assert {change.status for change in changes} == {"unknown"}
    for time in range(5405, 7800, 300):
        sweep(again, time, failing=0)
        again.close_slots(now=time)
    assert statuses(again, 7800) == [(0, "ok"), (3600, "unknown"), (5400, "ok")]
