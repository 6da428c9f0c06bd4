"""From raw input to the values of a submission."""

from collective.hoard.forms.definition import parse
from collective.hoard.forms.fill import fill
from collective.hoard.forms.interfaces import Limits
from collective.hoard.forms.interfaces import SubmissionRefused
from forms.test_definition import FULL
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import pytest


pytestmark = pytest.mark.usefixtures("berlin")


def a_definition(*fields):
    entries = [{"title": "T", **field} for field in fields]
    return parse({"version": 1, "fieldsets": [{"id": "main", "fields": entries}]})


TWO = (
    {"id": "name", "kind": "text", "required": True},
    {"id": "age", "kind": "integer"},
    {"id": "note", "kind": "static_text", "text": "Read."},
)


def errors(definition, raw, **kw):
    with pytest.raises(SubmissionRefused) as refused:
        fill(definition, raw, Limits(), **kw)
    return refused.value.errors


def test_values_by_field_id_and_none_for_what_is_empty():
    assert fill(a_definition(*TWO), {"name": "Ada"}, Limits()) == {"name": "Ada"}


def test_every_problem_is_told_at_once():
    found = errors(a_definition(*TWO), {"name": "", "age": "old"})

    assert set(found) == {"name", "age"}


def test_unknown_fields_are_told_by_name():
    found = errors(a_definition(*TWO), {"name": "Ada", "colour": "red"})

    assert set(found) == {""}
    assert "colour" in found[""].mapping["names"]


def test_text_to_read_takes_no_input():
    assert set(errors(a_definition(*TWO), {"name": "Ada", "note": "x"})) == {""}


def test_ten_thousand_unknown_fields_make_one_short_message():
    raw = {f"f{i}" * 100: "x" for i in range(10_000)}

    found = errors(a_definition(*TWO), raw)

    assert set(found) == {"", "name"}
    assert len(found[""].mapping["names"]) < 500


@pytest.mark.parametrize("name", ["a\x00b", "\udcff", "\u202e", "", "<script>"])
def test_a_message_holds_only_what_can_be_shown(name):
    found = errors(a_definition(*TWO), {"name": "Ada", name: "x"})

    assert found[""].mapping["names"].isprintable()


def test_a_form_without_fields_takes_nothing():
    assert set(errors(a_definition(), {})) == {""}
    assert set(errors(a_definition(TWO[2]), {})) == {""}


def test_ids_of_the_ledger_itself_cannot_be_sent():
    found = errors(a_definition(*TWO), {"name": "Ada", "_s": "7", "_u": "admin"})

    assert set(found) == {""}


raw_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)
raws = st.dictionaries(st.sampled_from("abcdefghijklmn") | st.text(), raw_values)


@given(raws, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_comes_it_is_stored_or_refused_with_words(raw, json):
    try:
        values = fill(parse(FULL), raw, Limits(), json=json)
    except SubmissionRefused as refused:
        assert all(map(str, refused.errors.values()))
    else:
        assert None not in values.values()
