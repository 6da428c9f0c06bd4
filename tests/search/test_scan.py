"""The scan is bounded, and goes on where it was stopped."""

from collective.hoard.search.asked import read
from collective.hoard.search.scan import Scan
import pytest


pytestmark = pytest.mark.parametrize("store", ["scan"], indirect=True)


@pytest.fixture
def rows(store):
    store.add(*({"name": "needle" if n in (0, 7) else "hay"} for n in range(10)))
    return store


def pages(store, scan, **params):
    asked = read(params, store.collections["form"].fields)
    cursor, found = None, []
    while True:
        page = scan.search(asked.query, store.scope(), 2, cursor)
        found.append(page)
        if not (cursor := page.cursor):
            return found


@pytest.mark.parametrize("limits", [{"most": 3}, {"seconds": -1, "most": 4}])
def test_turning_the_page_looks_further_back(rows, limits):
    found = pages(rows, Scan(rows.collections, **limits), text="needle")

    assert len(found) > 2
    assert sum(len(page.hits) for page in found) == 2
    assert found[0].total is None and found[0].reached is not None
    assert found[-1].reached is None


def test_a_small_store_is_counted(rows):
    first, *_rest = pages(rows, Scan(rows.collections), text="hay", facet="_month")

    assert first.total == 8
    assert first.facets["_month"] == (("2026-03", 8),)


def test_another_order_than_by_time_is_stopped_too(rows):
    (found,) = pages(rows, Scan(rows.collections, most=3), sort="name", text="hay")

    assert found.reached is not None and found.total is None
