"""Changes to a definition: pure functions of plain data."""

from collective.hoard.forms import design
from collective.hoard.forms.definition import empty_definition
from collective.hoard.forms.definition import ID
from collective.hoard.forms.design import NoSuchField
from copy import deepcopy
from hypothesis import given
from hypothesis import strategies as st
import pytest


def field(id, **settings):
    return {"id": id, "kind": "text", "title": id.title(), **settings}


DATA = {
    "version": 1,
    "fieldsets": [
        {"id": "one", "title": "One", "fields": [field("a"), field("b")]},
        {"id": "two", "title": "Two", "fields": [field("c")]},
        {"id": "three", "fields": []},
    ],
}


def order(data):
    return [(s["id"], *(f["id"] for f in s["fields"])) for s in data["fieldsets"]]


CHANGES = [
    (design.add_field, (field("d"),)),
    (design.add_field, (field("d"), "one")),
    (design.change_field, ("a", field("x", help="h"))),
    (design.remove_field, ("a",)),
    (design.move_field, ("a", 1)),
    (design.move_field, ("b", 1)),
    (design.add_fieldset, ("four", "Four")),
    (design.change_fieldset, ("one", "First", "Text")),
    (design.move_fieldset, ("one", 1)),
    (design.remove_fieldset, ("one",)),
]


@pytest.mark.parametrize(
    "change,args", CHANGES, ids=lambda v: getattr(v, "__name__", "")
)
def test_what_is_given_stays_as_it_is(change, args):
    before = deepcopy(DATA)

    changed = change(DATA, *args)

    assert DATA == before
    assert changed != before


def test_a_field_goes_to_the_end():
    assert order(design.add_field(DATA, field("d")))[-1] == ("three", "d")
    assert order(design.add_field(DATA, field("d"), "one"))[0] == ("one", "a", "b", "d")


@pytest.mark.parametrize("data", [None, {}, empty_definition()])
def test_the_first_field_makes_its_fieldset(data):
    assert order(design.add_field(data, field("a"))) == [("main", "a")]


def test_a_changed_field_keeps_id_and_kind_whatever_is_asked():
    new = {"id": "evil", "kind": "file", "title": "New"}

    changed = design.change_field(DATA, "a", new)

    assert changed["fieldsets"][0]["fields"][0] == {**new, "id": "a", "kind": "text"}


MOVES = [
    ("a", 1, [("one", "b", "a"), ("two", "c"), ("three",)]),
    ("b", 1, [("one", "a"), ("two", "b", "c"), ("three",)]),
    ("c", -1, [("one", "a", "b", "c"), ("two",), ("three",)]),
    ("c", 1, [("one", "a", "b"), ("two",), ("three", "c")]),
    ("a", -1, [("one", "a", "b"), ("two", "c"), ("three",)]),
]


@pytest.mark.parametrize("name,step,expected", MOVES)
def test_a_field_moves_through_all_fieldsets(name, step, expected):
    assert order(design.move_field(DATA, name, step)) == expected


def test_a_field_stays_at_the_very_end():
    data = design.move_field(DATA, "c", 1)

    assert order(design.move_field(data, "c", 1)) == order(data)


@pytest.mark.parametrize(
    "step,expected", [(-1, "one"), (1, "two"), (9, "two"), (-9, "one")]
)
def test_a_fieldset_moves_with_its_fields(step, expected):
    moved = design.move_fieldset(DATA, "one", step)

    assert moved["fieldsets"][0]["id"] == expected
    assert sorted(order(moved)) == sorted(order(DATA))


def test_fields_of_a_removed_fieldset_stay():
    assert order(design.remove_fieldset(DATA, "one")) == [
        ("two", "a", "b", "c"),
        ("three",),
    ]
    assert order(design.remove_fieldset(DATA, "two")) == [
        ("one", "a", "b", "c"),
        ("three",),
    ]


def test_the_only_fieldset_stays_as_long_as_it_has_fields():
    data = {"version": 1, "fieldsets": [DATA["fieldsets"][0]]}

    with pytest.raises(NoSuchField):
        design.remove_fieldset(data, "one")
    empty = {"version": 1, "fieldsets": [DATA["fieldsets"][2]]}
    assert order(design.remove_fieldset(empty, "three")) == []


ABSENT = [
    (design.add_field, (field("d"), "x")),
    (design.change_field, ("x", field("a"))),
    (design.remove_field, ("x",)),
    (design.move_field, ("x", 1)),
    (design.change_fieldset, ("x", "T")),
    (design.move_fieldset, ("x", 1)),
    (design.remove_fieldset, ("x",)),
]


@pytest.mark.parametrize(
    "change,args", ABSENT, ids=lambda v: getattr(v, "__name__", "")
)
def test_what_is_not_there_cannot_be_changed(change, args):
    with pytest.raises(NoSuchField):
        change(DATA, *args)


IDS = [
    ("E-mail address", "e_mail_address"),
    ("Straße & Hausnummer", "strasse_hausnummer"),
    ("Größe", "grosse"),
    ("Name", "name_2"),
    ("2nd name", "field_2nd_name"),
    ("名前", "field"),
    ("", "field"),
    ("___", "field"),
    ("a" * 100, "a" * 40),
    ("<script>", "script"),
    ("ŒUVRE", "uvre"),
]


@pytest.mark.parametrize("title,expected", IDS)
def test_an_id_comes_from_the_title(title, expected):
    assert design.new_id(title, {"name"}) == expected


@given(st.text(), st.lists(st.text(max_size=3), max_size=5))
def test_an_id_is_always_good_and_new(title, others):
    taken = set()
    for one in [title, *others, title]:
        made = design.new_id(one, taken)
        assert ID.match(made)
        assert made not in taken
        taken.add(made)
