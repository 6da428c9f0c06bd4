"""The settings of a field as a form of their own."""

from collective.hoard.forms.browser.drawing import draw
from collective.hoard.forms.definition import parse
from collective.hoard.forms.editing import EDITOR_LIMITS
from collective.hoard.forms.editing import settings_definition
from collective.hoard.forms.editing import settings_from_raw
from collective.hoard.forms.editing import settings_to_raw
from collective.hoard.forms.interfaces import IFieldKind
from collective.hoard.forms.interfaces import SubmissionRefused
from forms.test_definition import FULL
from zope.component import getUtilitiesFor
from zope.component import getUtility
import pytest


pytestmark = pytest.mark.usefixtures("berlin")
COLOURS = [{"value": "red", "title": "Red"}, {"value": "blue"}]
NAMES = (
    "text long_text email url integer decimal yes_no one_of many_of date date_time "
    "file static_text hidden"
).split()


def kind(name):
    return getUtility(IFieldKind, name)


def saved_unchanged(entry):
    """What is stored when an editor opens a field and presses Save."""
    name = entry["kind"]
    shown = draw(
        settings_definition(kind(name)),
        EDITOR_LIMITS,
        settings_to_raw(kind(name), entry),
    )
    raw = {}
    for widget in (w for group in shown for w in group.widgets):
        if widget.macro == "checkbox":
            value = "1" if widget.attributes["checked"] else None
        elif widget.choices:
            value = next((c["value"] for c in widget.choices if c["chosen"]), "")
        else:
            value = widget.value
        if value is not None:
            raw[widget.name.removeprefix("field.")] = value
    return settings_from_raw(kind(name), name, raw, field_id=entry["id"])


def refused(name, **raw):
    with pytest.raises(SubmissionRefused) as found:
        settings_from_raw(kind(name), name, {"title": "T", **raw})
    return found.value.errors


@pytest.mark.parametrize(
    "entry", FULL["fieldsets"][0]["fields"], ids=lambda e: e["kind"]
)
def test_opening_and_saving_a_field_changes_nothing(entry):
    saved = saved_unchanged(entry)

    expected = parse({"version": 1, "fieldsets": [{"id": "m", "fields": [entry]}]})
    found = parse({"version": 1, "fieldsets": [{"id": "m", "fields": [saved]}]})
    (one,), (other,) = expected.fields, found.fields
    field_kind = kind(entry["kind"])
    assert (one.id, one.title, one.help, one.required) == (
        other.id, other.title, other.help, other.required,
    )  # fmt: skip
    assert field_kind.from_json(one, one.default) in (
        field_kind.from_json(other, other.default),
        False,
    )
    lower = {"extensions": ["pdf", "png"]} if entry["kind"] == "file" else {}
    assert dict(other.settings) == {**one.settings, **lower}


TRICKY = [
    {"kind": "decimal", "min": 1e-7, "max": 1e22},
    {"kind": "decimal", "min": -0.1, "default": 0.30000000000000004},
    {"kind": "decimal", "default": "123456789012345678901234567890.5"},
    {"kind": "integer", "default": 10**39, "min": -(10**38)},
    {"kind": "date_time", "default": "2026-07-01T12:00:00+00:00"},
    {"kind": "date_time", "default": "2026-07-01T14:00"},
    {"kind": "date_time", "default": "2026-10-25T01:30:00+00:00"},
    {"kind": "yes_no", "default": True},
    {"kind": "yes_no", "default": "yes"},
    {"kind": "many_of", "options": COLOURS, "default": ["red", "blue"]},
    {"kind": "many_of", "options": COLOURS, "default": "red"},
    {
        "kind": "one_of",
        "options": [{"value": "a b", "title": "x | y"}],
        "default": "a b",
    },
    {"kind": "long_text", "default": "a\n\nb"},
    {"kind": "text", "default": "a\u00a0b", "help": "one\ntwo"},
    {"kind": "text", "pattern": r"\s|\t", "pattern_message": "a | b"},
]


@pytest.mark.parametrize("entry", TRICKY, ids=str)
def test_saving_keeps_what_visitors_would_see(entry):
    entry = {"id": "a", "title": "A", **entry}
    before = parse({"version": 1, "fieldsets": [{"id": "m", "fields": [entry]}]})

    saved = saved_unchanged(entry)
    after = parse({"version": 1, "fieldsets": [{"id": "m", "fields": [saved]}]})

    assert draw(before, EDITOR_LIMITS) == draw(after, EDITOR_LIMITS)
    field_kind, (one,), (other,) = kind(entry["kind"]), before.fields, after.fields
    if one.default is not None and entry["kind"] != "date_time":
        assert field_kind.from_json(one, one.default) == field_kind.from_json(
            other, other.default
        )
    assert {**one.settings} == {**other.settings}


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_can_be_edited(name):
    definition = settings_definition(kind(name), adding=True)

    ((group),) = draw(definition, EDITOR_LIMITS)
    assert [w.title for w in group.widgets][:2] == ["Title", "Short name"]


def test_the_table_of_kinds_is_complete():
    assert sorted(NAMES) == sorted(name for name, _kind in getUtilitiesFor(IFieldKind))


def test_a_new_field_says_only_what_was_typed():
    data = settings_from_raw(kind("text"), "text", {"title": " Name "})

    assert data == {"id": "", "kind": "text", "title": "Name"}


def test_an_emptied_setting_is_gone():
    entry = {"id": "a", "kind": "text", "title": "A", "max_length": 5, "help": "x"}
    raw = {**settings_to_raw(kind("text"), entry), "max_length": "", "help": ""}
    del raw["id"]

    saved = settings_from_raw(kind("text"), "text", raw, field_id="a")

    assert saved == {"id": "a", "kind": "text", "title": "A"}


def test_choices_are_typed_one_a_line():
    raw = {"title": "T", "options": " red | Red \r\n\r\nblue\r\n a b|x|y \n"}

    data = settings_from_raw(kind("one_of"), "one_of", raw)

    assert data["options"] == [
        {"value": "red", "title": "Red"},
        {"value": "blue"},
        {"value": "a b", "title": "x|y"},
    ]


def test_file_types_are_typed_as_people_like():
    raw = {"title": "T", "extensions": ".PDF, png;jpg  txt"}

    assert settings_from_raw(kind("file"), "file", raw)["extensions"] == [
        "pdf", "png", "jpg", "txt",
    ]  # fmt: skip


WRONG = [
    ("text", {"title": ""}, "title"),
    ("text", {"id": "Bad Id"}, "id"),
    ("text", {"max_length": "five"}, "max_length"),
    ("text", {"max_length": "0"}, "max_length"),
    ("text", {"max_length": "-1"}, "max_length"),
    ("text", {"min_length": "5", "max_length": "4"}, "min_length"),
    ("text", {"pattern": "("}, "pattern"),
    ("text", {"default": "abc", "max_length": "2"}, "default"),
    ("text", {"rows": "3"}, ""),
    ("integer", {"min": "2", "max": "1"}, "min"),
    ("integer", {"default": "x"}, "default"),
    ("decimal", {"min": "1" * 41}, "min"),
    ("decimal", {"min": "0.1234567890123456789012345"}, "min"),
    ("one_of", {"options": ""}, "options"),
    ("one_of", {"options": "|"}, "options"),
    ("one_of", {"options": "| Red"}, "options"),
    ("one_of", {"options": "a\na"}, "options"),
    ("one_of", {"options": "a", "default": "b"}, "default"),
    ("one_of", {"options": "a", "appearance": "checkboxes"}, "appearance"),
    ("many_of", {"options": "a", "min_choices": "2"}, "min_choices"),
    ("date", {"min": "tomorrow"}, "min"),
    ("date_time", {"default": "2026-03-29T02:30"}, "default"),
    ("file", {"extensions": "tar.gz"}, "extensions"),
    ("file", {"max_size": "0"}, "max_size"),
    ("static_text", {"text": " "}, "text"),
]


@pytest.mark.parametrize("name,raw,where", WRONG, ids=str)
def test_a_wrong_setting_is_told_at_its_input(name, raw, where):
    assert list(refused(name, **raw)) == [where]


def test_several_wrong_settings_are_told_at_once():
    assert set(refused("text", title="", max_length="x", min_length="y")) == {
        "title", "max_length", "min_length",
    }  # fmt: skip


def test_an_id_in_use_is_refused_only_for_a_new_field():
    raw = {"title": "T", "id": "name"}

    with pytest.raises(SubmissionRefused):
        settings_from_raw(kind("text"), "text", raw, taken={"name"})
    with pytest.raises(SubmissionRefused):  # Not an input when changing.
        settings_from_raw(kind("text"), "text", raw, field_id="other")
