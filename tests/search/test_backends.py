"""One contract, the same results: the scan, the embedded index with its newest
documents in the tail or in the trees, and Solr."""

from collective.hoard.search.asked import read
from collective.hoard.search.interfaces import COLLECTION
from collective.hoard.search.interfaces import MONTH
from datetime import date
from datetime import datetime
from datetime import UTC
from decimal import Decimal
import pytest


def query(store, params=None, **more):
    """The query that these parameters of an address make."""
    fields = {}
    for one in store.collections.values():
        fields |= one.fields
    asked = read({**(params or {}), **more}, fields)
    assert not asked.problems
    return asked.query


def find(store, text="", uids=(), **params):
    """Keys of all hits, page by page, in order."""
    asked = query(store, {"text": text, **params})
    keys, cursor = [], None
    while True:
        found = store.backend.search(asked, store.scope(*uids), 3, cursor)
        keys += [hit.key for hit in found.hits]
        if found.total is not None:
            assert found.total >= len(keys)
        if not (cursor := found.cursor):
            return keys


PEOPLE = (
    {"name": "Anna Müller", "message": "Die Straße ist gesperrt, bitte helfen"},
    {"name": "Bernd Mueller", "message": "bitte nicht helfen"},
    {"name": "Chloé O'Hara", "message": "helfen bitte"},
    {"name": "田中さくら", "message": "東京都に住んでいます"},
    {"name": "bitte", "message": "under_score and foo-bar example.org"},
)


@pytest.mark.parametrize(
    "text,expected",
    [
        ("", [4, 3, 2, 1, 0]),
        ("bitte", [4, 2, 1, 0]),
        ("BITTE helfen", [2, 1, 0]),
        ('"bitte helfen"', [0]),
        ('"helfen bitte"', [2]),
        ("bitte -helfen", [4]),
        ("bitte -name:bitte", [2, 1, 0]),
        ("muller", [1, 0]),
        ("Müller", [1, 0]),
        ("MUELLER", [1, 0]),
        ("strasse", [0]),
        ("STRASSE", [0]),
        ("chloe", [2]),
        ("hel*", [2, 1, 0]),
        ("ges* str*", [0]),
        ("name:bit*", [4]),
        ("name:bitte", [4]),
        ("message:bitte", [2, 1, 0]),
        ('name:"anna muller"', [0]),
        ("東京", [3]),
        ("京東", []),
        ("田中", [3]),
        ("さく*", [3]),
        ("score", [4]),
        ("foo-bar", [4]),
        ("bar-foo", []),
        ("example", [4]),
        ("nobody", []),
        ("unknown:bitte", []),
        ('"müller die"', []),
        ("-bitte", [3]),
        ("-bitte -東京", []),
    ],
)
def test_words(store, text, expected):
    keys = store.add(*PEOPLE)

    assert find(store, text) == [keys[n] for n in expected]


TYPED = (
    {"age": 9, "price": Decimal("-1.5"), "agreed": True, "colour": "r"},
    {"age": 10, "price": Decimal("-1.25"), "agreed": False, "colour": "b"},
    {"age": -3, "price": Decimal("0"), "likes": ("r", "g"), "colour": "r"},
    {"age": 10**39, "price": Decimal("1e-7"), "day": date(2026, 2, 28)},
    {"age": 100, "price": Decimal("10.50"), "day": date(2026, 3, 1), "likes": ("g",)},
    {"moment": datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)},
)


@pytest.mark.parametrize(
    "params,expected",
    [
        ({"text": "age:10"}, [1]),
        ({"text": "age:9..100"}, [4, 1, 0]),
        ({"text": "age:..9"}, [2, 0]),
        ({"text": "age:101.."}, [3]),
        ({"from.age": "-5", "to.age": "9"}, [2, 0]),
        ({"from.price": "-1.5", "to.price": "0"}, [2, 1, 0]),
        ({"from.price": "-1.3", "to.price": "1"}, [3, 2, 1]),
        ({"text": "price:10.5"}, [4]),
        ({"f.colour": "r"}, [2, 0]),
        ({"f.colour": ["r", "b"]}, [2, 1, 0]),
        ({"f.likes": "g"}, [4, 2]),
        ({"text": "colour:dunkelrot"}, [2, 0]),
        ({"text": "dunkelrot"}, [2, 0]),
        ({"text": "agreed:yes"}, [0]),
        ({"f.agreed": "0"}, [1]),
        ({"text": "day:2026-03-01"}, [4]),
        ({"from.day": "2026-02-01", "to.day": "2026-02-28"}, [3]),
        ({"text": "day:2026-02..2026-03"}, [4, 3]),
        ({"text": "moment:2026-03-01..2026-03-01"}, [5]),
        ({"text": "moment:2026-03-02.."}, []),
        ({"f.colour": "r", "text": "age:9"}, [0]),
    ],
)
def test_typed_fields(store, params, expected):
    keys = store.add(*TYPED)

    assert find(store, **params) == [keys[n] for n in expected]


@pytest.mark.parametrize(
    "sort,expected",
    [
        ("submitted", [0, 1, 2, 3, 4]),
        ("-submitted", [4, 3, 2, 1, 0]),
        ("age", [2, 3, 0, 4, 1]),
        ("-age", [0, 3, 2, 4, 1]),
        ("name", [1, 3, 0, 4, 2]),
        ("-name", [0, 3, 1, 4, 2]),
        ("day", [1, 0, 4, 3, 2]),
    ],
)
def test_sorting_those_without_a_value_last(store, sort, expected):
    keys = store.add(
        {"age": 30, "name": "Zoé", "day": date(2026, 2, 1)},
        {"name": "Ärger", "day": date(2025, 12, 31)},
        {"age": -1},
        {"age": 2, "name": "b"},
        {},
    )

    assert find(store, sort=sort) == [keys[n] for n in expected]


def test_sorting_equal_values_newest_first(store):
    keys = store.add(*({"age": n % 2} for n in range(8)))

    assert find(store, sort="age") == [keys[n] for n in (6, 4, 2, 0, 7, 5, 3, 1)]
    assert find(store, sort="-age") == [keys[n] for n in (7, 5, 3, 1, 6, 4, 2, 0)]


def test_periods(store):
    keys = store.add(*({"name": "x"} for _ in range(30)))

    assert (
        find(store, since="2026-03-02", until="2026-03-02T05:00") == keys[11:16][::-1]
    )


def facets(store, *names, **params):
    asked = query(store, facet=list(names), **params)
    return store.backend.search(asked, store.scope()).facets


def test_facets_with_counts(store):
    store.add(*TYPED)

    found = facets(store, "colour", "likes", "agreed")

    assert found["colour"] == (("sr", 2), ("sb", 1))
    assert found["likes"] == (("sg", 2), ("sr", 1))
    assert dict(found["agreed"]) == {"b0": 1, "b1": 1}


def test_a_filter_does_not_narrow_its_own_facet(store):
    store.add(*TYPED)

    found = facets(store, "colour", "agreed", **{"f.colour": "b"})

    assert found["colour"] == (("sr", 2), ("sb", 1))
    assert found["agreed"] == (("b0", 1),)


def test_facets_of_a_search(store):
    store.add(*TYPED)

    found = facets(store, "colour", text="age:9..10")

    assert dict(found["colour"]) == {"sr": 1, "sb": 1}


def test_facets_of_forms_and_months(store):
    store.add({"name": "a"}, {"name": "b"})
    store.add({"name": "a"}, uid="other")

    assert facets(store, COLLECTION, MONTH, text="a") == {
        COLLECTION: (("form", 1), ("other", 1)),
        MONTH: (("2026-03", 2),),
    }


def test_several_forms_as_one(store):
    first = store.add({"name": "a"}, {"name": "b"})
    second = store.add({"name": "a"}, {"name": "a"}, uid="other")
    last = store.add({"name": "a"})

    assert find(store, "a") == [*last, *second[::-1], first[0]]
    assert find(store, "a", sort="name") == [*last, *second[::-1], first[0]]
    assert find(store, "a", uids=["other"]) == second[::-1]
    assert find(store, "a", sort="submitted") == [first[0], *second, *last]


def test_what_is_out_of_scope_is_not_found(store):
    store.add({"name": "a"})
    store.add({"name": "a"}, uid="other")

    found = store.backend.search(query(store), store.scope("nothing"))

    assert found.hits == () and found.total == 0


def test_a_removed_row_is_gone(store):
    keys = store.add(*PEOPLE)
    store.collections["form"].ledger.remove(keys[1])
    store.index("form", keys[1])

    assert find(store) == [keys[n] for n in (4, 3, 2, 0)]
    assert find(store, "muller") == [keys[0]]


def test_a_changed_row_is_found_by_what_it_says_now(store):
    keys = store.add(*TYPED)
    ledger = store.collections["form"].ledger
    ledger.change(keys[0], {"colour": "g", "age": 77}, revision=0)
    store.index("form", keys[0])

    assert find(store, "age:9") == []
    assert find(store, "age:77") == [keys[0]]
    assert facets(store, "colour")["colour"] == (("sb", 1), ("sg", 1), ("sr", 1))


def test_a_row_that_comes_between_two_pages_neither_repeats_nor_skips(store):
    keys = store.add(*({"name": "x"} for _ in range(5)))
    asked, scope = query(store, text="x"), store.scope()
    first = store.backend.search(asked, scope, 2)
    store.add({"name": "x"})

    second = store.backend.search(asked, scope, 2, first.cursor)

    assert [hit.key for hit in first.hits + second.hits] == keys[:0:-1]


@pytest.mark.parametrize("sort", ["-submitted", "submitted", "age", "-name"])
def test_a_stream_has_all_hits_in_order(store, sort):
    store.add(*({"name": f"x {n % 3}", "age": n % 4} for n in range(25)))
    asked = query(store, text="x", sort=sort)

    hits = store.backend.stream(asked, store.scope())

    assert [hit.key for hit in hits] == find(store, "x", sort=sort)


def test_values_of_a_field_that_changed_its_kind_do_not_mix(store):
    ledger = store.ledger()
    old = ledger.add({"age": 5}, schema=1)
    age = {"id": "age", "kind": "text", "title": "Age"}
    ledger.add_schema({"version": 1, "fieldsets": [{"id": "main", "fields": [age]}]})
    new = ledger.add({"age": "five"}, schema=2)
    store.collections["form"] = type(store.collections["form"])(ledger)
    store.index("form", old, new)

    assert find(store, "age:five") == [new]
    assert find(store, "age:5") == [old]
