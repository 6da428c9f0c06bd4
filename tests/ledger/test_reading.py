"""Pages and iteration: in order, lazy, without a write and without a leak."""

from collective.hoard.ledger import get_ledger
from collective.hoard.ledger import iter_rows
from collective.hoard.ledger import remove_ledger
from collective.hoard.ledger.interfaces import LedgerMissing
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from itertools import islice
from zope.component.hooks import siteinfo
import pytest
import transaction


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HUGE = [10**30, -(10**30), 2**63, -(2**63) - 1]


def numbers(rows):
    return [row.values["n"] for row in rows]


def at(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def spread(ledger, monkeypatch):
    """Put every row into another tree."""
    places = iter(range(10**9))
    monkeypatch.setattr(ledger, "_own_place", lambda: next(places) * 7 % 16)


# Order and ranges


@pytest.mark.parametrize("count", [0, 1, 16, 100, 1000])
def test_rows_come_in_order_both_ways(ledger, fill, spread, count):
    fill(count)
    assert numbers(ledger.iter_rows()) == list(range(count))
    assert numbers(ledger.iter_rows(newest_first=True)) == list(range(count))[::-1]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    "since,until,expected",
    [
        (at(3), None, range(3, 100)),
        (None, at(3), range(3)),
        (at(3), at(5), range(3, 5)),
        (at(3), at(3), ()),
        (at(5), at(3), ()),
        (at(2.0001), at(4.0001), range(3, 5)),
        (
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            range(100),
        ),
        (at(100), None, ()),
    ],
)
def test_a_range_holds_its_start_and_not_its_end(
    ledger, fill, spread, since, until, expected, newest_first
):
    fill(100)
    found = numbers(ledger.iter_rows(since, until, newest_first))
    assert found == (list(expected)[::-1] if newest_first else list(expected))


def test_a_range_without_time_zone_is_refused_at_once(ledger):
    with pytest.raises(TypeError, match="time zone"):
        ledger.iter_rows(since=datetime(2026, 1, 1))


def test_rows_may_be_removed_while_reading(ledger, fill, spread):
    fill(500)
    for row in ledger.iter_rows():
        ledger.remove(row.key)
    assert len(ledger) == 0 and ledger.bounds() is None


@pytest.mark.parametrize("newest_first", [False, True])
def test_rows_removed_meanwhile_are_not_yielded(ledger, fill, spread, newest_first):
    keys = fill(50)
    reading = ledger.iter_rows(newest_first=newest_first)
    next(reading)
    ledger.remove(*keys[10:40])
    kept = numbers(reading)
    assert not set(kept) & set(range(10, 40))
    assert len(kept) == 19


@pytest.mark.parametrize("newest_first", [False, True])
def test_rows_added_meanwhile_hide_no_other(ledger, fill, clock, newest_first):
    fill(200)
    found = set()
    for count, row in enumerate(ledger.iter_rows(newest_first=newest_first)):
        found.add(row.values["n"])
        if count < 400:
            clock.ms -= 700  # In between the others: leaves split while we read.
            ledger.add({"n": 1000 + count}, schema=1)
    assert found >= set(range(200))


def test_bounds_are_the_keys_of_the_oldest_and_newest_row(ledger, fill, spread):
    assert ledger.bounds() is None
    keys = fill(40)
    assert ledger.bounds() == (keys[0], keys[-1])


# Pages


def test_the_first_page_is_the_newest(ledger, fill, spread):
    keys = fill(45)
    page = ledger.page()
    assert numbers(page.rows) == list(range(44, 24, -1))
    assert (page.older, page.newer) == (keys[25], None)


def test_pages_lead_to_the_oldest_row_and_back(ledger, fill, spread):
    fill(45)
    seen, page = [], ledger.page(10)
    while page.older is not None:
        seen += numbers(page.rows)
        page = ledger.page(10, before=page.older)
    assert numbers(page.rows) == [4, 3, 2, 1, 0]
    assert seen == list(range(44, 4, -1))

    page = ledger.page(10, after=page.newer)
    assert numbers(page.rows) == list(range(14, 4, -1))


def test_a_page_that_holds_all_has_no_neighbours(ledger, fill):
    fill(20)
    page = ledger.page(20)
    assert (len(page.rows), page.older, page.newer) == (20, None, None)


def test_a_page_starts_at_any_number_not_only_at_keys(ledger, fill, spread):
    keys = fill(10)
    page = ledger.page(3, before=keys[5] + 1)
    assert numbers(page.rows) == [5, 4, 3]
    assert (page.older, page.newer) == (keys[3], keys[5])


def test_a_page_that_ends_at_the_newest_or_oldest_row_says_so(ledger, fill, spread):
    keys = fill(10)
    assert ledger.page(3, before=keys[-1] + 1).newer is None
    assert ledger.page(3, after=keys[0] - 1).older is None
    assert ledger.page(3, before=keys[3]).older is None
    assert ledger.page(3, after=keys[-4]).newer is None


def test_a_page_survives_that_its_start_is_removed(ledger, fill):
    keys = fill(10)
    ledger.remove(keys[5])
    assert numbers(ledger.page(2, before=keys[5]).rows) == [4, 3]


@pytest.mark.parametrize("number", HUGE)
def test_impossible_starts_are_beyond_the_ends(ledger, fill, spread, number):
    keys = fill(5)
    older, newer = ledger.page(9, before=number), ledger.page(9, after=number)
    everything, nothing = (older, newer) if number > 0 else (newer, older)

    assert numbers(everything.rows) == [4, 3, 2, 1, 0]
    assert nothing.rows == ()
    if number > 0:
        assert numbers(ledger.page(9, before=nothing.older).rows) == [4, 3, 2, 1, 0]
        assert nothing.newer is None
    else:
        assert numbers(ledger.page(9, after=nothing.newer).rows) == [4, 3, 2, 1, 0]
        assert nothing.older is None
    assert keys[0] > 0


@pytest.mark.parametrize("start", [{}, {"before": 5}, {"after": 5}, {"after": -5}])
def test_an_empty_ledger_has_one_empty_page(ledger, start):
    page = ledger.page(**start)
    assert (page.rows, page.older, page.newer) == ((), None, None)


@pytest.mark.parametrize("size", [0, -1])
def test_a_page_needs_room(ledger, size):
    with pytest.raises(ValueError, match="at least one row"):
        ledger.page(size)


def test_a_page_goes_one_way(ledger):
    with pytest.raises(ValueError, match="not both"):
        ledger.page(before=1, after=1)


# Reading leaves no trace


def test_reading_registers_no_object(ledger, fill, connection, site):
    key = fill(300)[7]
    connection.cacheMinimize()
    ledger = get_ledger(site, "form")

    list(ledger.iter_rows())
    list(ledger.iter_rows(newest_first=True))
    for start in ({}, {"before": key}, {"after": key}):
        ledger.page(5, **start)
    for read in (ledger.get, ledger.history):
        read(key)
    for read in (ledger.bounds, ledger.current_schema, ledger.size_estimate):
        read()
    assert len(ledger) and ledger.schemas and ledger.title and ledger.created

    assert not connection._registered_objects
    assert transaction.get()._resources == []


@pytest.mark.parametrize("newest_first", [False, True])
def test_reading_many_rows_keeps_few_in_memory(
    ledger, fill, spread, connection, site, newest_first
):
    fill(8000)
    connection.cacheMinimize()
    most = 0
    for count, _ in enumerate(
        get_ledger(site, "form").iter_rows(None, None, newest_first)
    ):
        if count % 500 == 0:
            most = max(most, connection._cache.cache_non_ghost_count)
    # 16 roots and leaves and what else a ledger is made of; never the rows.
    assert most < 150


def test_reading_leaves_in_memory_what_was_there(ledger, fill, connection):
    key = fill(10)[0]
    stored = ledger._stored(key)
    assert stored["n"] == 0
    list(ledger.iter_rows())
    assert stored._p_changed is False


def test_reading_keeps_uncommitted_changes(ledger, fill, connection):
    keys = fill(300)
    ledger.change(keys[3], {"n": "changed"}, revision=0)
    added = ledger.add({"n": "added"}, schema=1)
    ledger.remove(keys[4])

    list(ledger.iter_rows())
    list(ledger.iter_rows(newest_first=True))
    transaction.commit()
    connection.cacheMinimize()

    found = numbers(ledger.iter_rows())
    assert found[3:5] == ["changed", 5] and found[-1] == "added"
    assert ledger.get(added) and len(ledger) == len(found) == 300


def test_a_page_of_many_rows_reads_few_objects(ledger, fill, spread, connection, site):
    fill(5000)
    connection.cacheMinimize()
    connection.getTransferCounts(clear=True)
    get_ledger(site, "form").page(20)
    loaded = connection.getTransferCounts()[0]
    # Site, annotations, ledgers, ledger; of each shard list, tree and leaf; rows.
    assert loaded <= 4 + 16 * 3 + 20


# The convenience for integrators


def test_iter_rows_finds_the_current_site(ledger, fill, site, monkeypatch):
    fill(3)
    monkeypatch.setattr(siteinfo, "site", site)

    assert numbers(iter_rows("form")) == [0, 1, 2]
    assert numbers(iter_rows("form", since=at(1), until=at(2))) == [1]


def test_iter_rows_takes_a_site(ledger, fill, site):
    fill(1)
    assert numbers(iter_rows("form", site=site)) == [0]


def test_iter_rows_says_what_is_missing(site):
    with pytest.raises(LedgerMissing, match="site="):
        iter_rows("form")
    with pytest.raises(LedgerMissing, match="'form'"):
        iter_rows("form", site=site)


def test_a_reader_is_not_disturbed_by_the_end_of_a_ledger(ledger, fill, site):
    fill(3)
    reading = islice(ledger.iter_rows(), 3)
    remove_ledger(site, "form")
    assert numbers(reading) == [0, 1, 2]
