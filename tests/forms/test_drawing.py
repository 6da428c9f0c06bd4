"""What a page shows for a field."""

from collective.hoard.forms.browser.drawing import draw
from collective.hoard.forms.browser.drawing import summary
from collective.hoard.forms.definition import parse
from collective.hoard.forms.interfaces import Limits
import pytest


pytestmark = pytest.mark.usefixtures("berlin")
COLOURS = [{"value": "red", "title": "Red"}, {"value": "blue"}]


def widget(entry, raw=None, errors=None):
    entry = {"id": "a", "title": "A", **entry}
    data = {"version": 1, "fieldsets": [{"id": "main", "fields": [entry]}]}
    ((found,),) = [g.widgets for g in draw(parse(data), Limits(), raw, errors)]
    return found


TYPED = [
    "a\u00a0b",
    "👨‍👩‍👧",
    "全角\u3000空白",
    "a\tb",
    "a\u00adb",
    "שלום\u200f!",
    "a\n b\n",
]


@pytest.mark.parametrize("text", TYPED, ids=ascii)
def test_what_was_typed_is_shown_again_as_it_was(text):
    assert widget({"kind": "long_text"}, {"a": text}).value == text


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x1bb", "a\udcffb", "a\ufffeb"], ids=ascii
)
def test_what_no_page_can_hold_is_shown_as_a_question_mark(text):
    assert widget({"kind": "text"}, {"a": text}).value == "a?b"


@pytest.mark.parametrize("sent", [["a", "b"], 7, b"a", object])
def test_what_is_no_text_is_not_shown(sent):
    assert widget({"kind": "text"}, {"a": sent}).value == ""


@pytest.mark.parametrize("sent", ["red", ["red"], ("red",), ["red", 7]], ids=str)
def test_only_what_was_chosen_is_chosen(sent):
    offered = [{"value": value} for value in ("re", "red", "d")]
    for kind in ("many_of", "one_of"):
        if kind == "one_of" and sent != "red":
            continue
        shown = widget({"kind": kind, "options": offered}, {"a": sent})
        assert [c["value"] for c in shown.choices if c["chosen"]] == ["red"]


@pytest.mark.parametrize(
    "sent,ticked",
    [("1", True), ("on", True), ("0", False), ("no", False), ("", False), ("x", False)],
)
def test_a_box_is_ticked_only_by_a_yes(sent, ticked):
    shown = widget({"kind": "yes_no"}, {"a": sent})

    assert bool(shown.attributes["checked"]) == ticked


def test_a_box_is_ticked_by_its_default():
    assert widget({"kind": "yes_no", "default": True}).attributes["checked"]
    assert not widget({"kind": "yes_no", "default": False}).attributes["checked"]
    assert not widget({"kind": "yes_no", "default": True}, {}).attributes["checked"]


def test_a_moment_is_shown_as_browsers_want_it():
    shown = widget({"kind": "date_time", "default": "2026-07-01T12:00:00+00:00"})

    assert shown.value == "2026-07-01T14:00"


def test_the_summary_leads_to_what_can_have_the_focus():
    errors = {"a": "Wrong."}
    for entry, target in (
        ({"kind": "text"}, "field-a"),
        ({"kind": "one_of", "options": COLOURS}, "field-a-0"),
        ({"kind": "many_of", "options": COLOURS}, "field-a-0"),
        ({"kind": "one_of", "options": COLOURS, "appearance": "select"}, "field-a"),
        ({"kind": "hidden"}, None),
    ):
        entry = {"id": "a", "title": "A", **entry}
        data = {"version": 1, "fieldsets": [{"id": "main", "fields": [entry]}]}
        groups = draw(parse(data), Limits(), {}, errors)

        assert summary(groups, errors) == [(target, "A", "Wrong.")]


def test_what_concerns_no_field_comes_first_in_the_summary():
    assert summary([], {"": "Too late."}) == [(None, None, "Too late.")]
