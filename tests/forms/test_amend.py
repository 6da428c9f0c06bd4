"""Correcting a submission, by the rules of the form's present definition."""

from collective.hoard.forms.amend import amend
from collective.hoard.forms.interfaces import ISubmissionChanged
from collective.hoard.forms.interfaces import SubmissionRefused
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import set_definition
from collective.hoard.forms.submit import submit
from collective.hoard.ledger.interfaces import RowMissing
from collective.hoard.ledger.interfaces import StaleRevision
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from datetime import datetime
from datetime import UTC
from decimal import Decimal
from zope.component import getGlobalSiteManager
import pytest


COLOURS = [{"value": "red", "title": "Red"}, {"value": "blue", "title": "Blue"}]
FIELDS = definition(
    field("name", required=True),
    field("message", "long_text"),
    field("age", "integer", max=100),
    field("price", "decimal"),
    field("agreed", "yes_no"),
    field("colour", "one_of", options=COLOURS),
    field("colours", "many_of", options=COLOURS),
    field("moment", "date_time"),
    field("paper", "file", required=True, extensions=["pdf"]),
    field("read", "static_text", text="Read this."),
    field("origin", "hidden"),
)


@pytest.fixture
def form(integration):
    return make_form(data=FIELDS)


@pytest.fixture
def events():
    seen = []
    handler = (lambda event: seen.append(event), (ISubmissionChanged,))
    getGlobalSiteManager().registerHandler(*handler)
    yield seen
    getGlobalSiteManager().unregisterHandler(*handler)


def stored(form, key):
    return find_ledger(form).get(key).values


def refused(form, key, raw, **kw):
    """The errors, after which the row is as it was."""
    before = find_ledger(form).get(key)
    with pytest.raises(SubmissionRefused) as caught:
        amend(form, key, raw, revision=before.revision, **kw)
    assert find_ledger(form).get(key) == before
    return caught.value.errors


def test_a_value_is_changed_and_the_history_says_by_whom(form, events):
    key = add_row(form, {"name": "Jo", "age": 7})

    new = amend(form, key, {"name": " Joe "}, revision=0, user_id="ed")

    (change,) = find_ledger(form).history(key)
    assert new == 1
    assert stored(form, key) == {"name": "Joe", "age": 7}
    assert (change.user_id, change.before, change.after) == (
        "ed",
        {"name": "Jo"},
        {"name": "Joe"},
    )
    (event,) = events
    assert event.object is form
    assert (event.keys, event.form_uid) == ((key,), form.UID())


def test_nothing_changed_tells_nobody(form, events):
    key = add_row(form, {"name": "Jo"})

    assert amend(form, key, {"name": "Jo", "age": ""}, revision=0) == 0
    assert events == []
    assert find_ledger(form).history(key) == ()


def test_an_emptied_field_is_cleared(form):
    key = add_row(form, {"name": "Jo", "age": 7, "colours": ("red",)})

    amend(form, key, {"age": "", "colours": None}, revision=0)

    assert stored(form, key) == {"name": "Jo", "age": None, "colours": None}


def test_the_rules_are_those_of_sending(form):
    key = add_row(form, {"name": "Jo", "age": 7})
    raw = {"name": "", "age": "200", "colour": "green", "agreed": "perhaps", "x": "1"}

    errors = refused(form, key, raw)

    with pytest.raises(SubmissionRefused) as sent:
        submit(form, raw)
    del sent.value.errors["paper"]
    assert errors == sent.value.errors
    assert set(errors) == {"", "name", "age", "colour", "agreed"}


def test_json_goes_by_the_rules_of_json(form):
    key = add_row(form, {"name": "Jo"})

    assert set(refused(form, key, {"agreed": 7, "age": "x"}, json=True)) == {
        "agreed",
        "age",
    }
    amend(form, key, {"agreed": True, "age": 8}, revision=0, json=True)

    assert stored(form, key) == {"name": "Jo", "agreed": True, "age": 8}


def test_values_of_removed_fields_are_left_alone(form):
    key = add_row(form, {"name": "Jo", "message": "stays", "agreed": True})
    set_definition(form, definition(field("name")))

    assert set(refused(form, key, {"message": "x"})) == {""}
    amend(form, key, {"name": "Joe"}, revision=0)

    assert stored(form, key) == {"name": "Joe", "message": "stays", "agreed": True}


def test_a_stored_file_stays_and_is_not_demanded_again(form):
    paper = a_file()
    key = add_row(form, {"name": "Jo", "paper": paper})

    for revision, nothing in enumerate([None, ""]):
        amend(form, key, {"name": f"{revision}", "paper": nothing}, revision=revision)

    assert stored(form, key)["paper"] is paper


def test_a_required_file_that_is_missing_is_demanded(form):
    key = add_row(form, {"name": "Jo"})

    assert set(refused(form, key, {"paper": None})) == {"paper"}


def test_a_new_file_takes_the_place_of_the_old_one(form):
    key = add_row(form, {"name": "Jo", "paper": a_file()})
    new = {"filename": "new.pdf", "data": "bmV3"}

    assert set(refused(form, key, {"paper": {**new, "filename": "a.exe"}}, json=True))
    amend(form, key, {"paper": new}, revision=0, json=True)

    paper = stored(form, key)["paper"]
    assert (paper["filename"], paper["size"]) == ("new.pdf", 3)


def test_null_removes_a_file_that_need_not_be_there(form):
    key = add_row(form, {"name": "Jo", "paper": a_file()})

    assert set(refused(form, key, {"paper": None}, json=True)) == {"paper"}
    set_definition(form, definition(field("paper", "file")))
    amend(form, key, {"paper": None}, revision=0, json=True)

    assert stored(form, key) == {"name": "Jo", "paper": None}


def test_an_option_that_is_gone_is_reported(form):
    key = add_row(form, {"name": "Jo", "colour": "green", "colours": ("green", "red")})

    raw = {"name": "Joe", "colour": "green", "colours": ["green", "red"]}

    assert set(refused(form, key, raw)) == {"colour", "colours"}
    assert set(refused(form, key, raw, json=True)) == {"colour", "colours"}


def test_a_rule_that_came_later_is_reported(form):
    key = add_row(form, {"name": "Jo", "age": 150})

    assert set(refused(form, key, {"name": "Joe", "age": "150"})) == {"age"}


def test_a_value_of_another_kind_is_reported_or_converted(form):
    key = add_row(form, {"name": "Jo", "age": "seven", "price": "4.50"})

    assert set(refused(form, key, {"age": "seven"})) == {"age"}
    amend(form, key, {"price": "4.50"}, revision=0)

    assert stored(form, key)["price"] == Decimal("4.50")


# In the night when clocks are put back, 02:30 is there twice.
SECOND = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "id,value,text",
    [
        ("moment", SECOND, "2026-10-25T02:30:00.123"),
        ("message", " two\nlines ", " two\r\nlines "),
        ("colours", ("blue", "red"), ["red", "blue"]),
        ("agreed", False, None),
        ("agreed", True, "1"),
        ("price", Decimal("4.500"), "4.500"),
    ],
)
def test_what_nobody_touched_is_kept_to_the_last_digit(form, id, value, text):
    from plone import api

    api.portal.set_registry_record("plone.portal_timezone", "Europe/Berlin")
    key = add_row(form, {"name": "Jo", id: value})

    assert amend(form, key, {id: text}, revision=0) == 0
    assert stored(form, key)[id] == value


def test_a_box_that_nobody_saw_is_no_answer(form):
    key = add_row(form, {"name": "Jo"})

    assert amend(form, key, {"agreed": None}, revision=0) == 0
    assert stored(form, key) == {"name": "Jo"}


def test_somebody_else_was_quicker(form, events):
    key = add_row(form, {"name": "Jo"})
    amend(form, key, {"name": "theirs"}, revision=0, user_id="ed")
    events.clear()

    with pytest.raises(StaleRevision) as stale:
        amend(form, key, {"name": "mine"}, revision=0)

    assert stale.value.actual == 1
    assert stale.value.last.user_id == "ed"
    assert stored(form, key) == {"name": "theirs"}
    assert events == []


def test_a_row_that_is_gone(form):
    key = add_row(form, {"name": "Jo"})
    find_ledger(form).remove(key)

    with pytest.raises(RowMissing):
        amend(form, key, {"name": "x"}, revision=0)


def test_a_form_that_never_had_a_ledger(form):
    from collective.hoard.ledger import remove_ledger
    from zope.component.hooks import getSite

    remove_ledger(getSite(), form.UID())

    with pytest.raises(RowMissing):
        amend(form, 1 << 60, {"name": "x"}, revision=0)
    assert find_ledger(form) is None


def test_a_field_that_no_version_knew_gets_its_column(form):
    """As when an older version of the form was restored."""
    from collective.hoard.forms.columns import columns

    key = add_row(form, {"name": "Jo"})
    form.hoard_definition = definition(field("restored"))

    amend(form, key, {"restored": "x"}, revision=0)

    assert "restored" in [column.id for column in columns(find_ledger(form))]
