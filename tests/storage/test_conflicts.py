"""Two editors with the same form open, through the real publisher."""

from collective.hoard.storage import get_record
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.testing.zope import Browser
import pytest
import transaction


KEY = "hoardexample.careful"


@pytest.fixture
def page(storage_functional):
    page = storage_functional["portal"]["page"]
    get_record(page, KEY).update(name="Ann", nick="A", tags=["a"], remark="Hm")
    transaction.commit()
    return page


@pytest.fixture
def open_form(storage_functional, page):
    def open_form():
        browser = Browser(storage_functional["app"])
        browser.handleErrors = False
        browser.addHeader(
            "Authorization", f"Basic {SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}"
        )
        browser.open(f"{page.absolute_url()}/@@example-careful")
        return browser

    return open_form


def apply(browser, **values):
    for name, value in values.items():
        browser.getControl(name=f"form.widgets.{name}").value = value
    browser.getControl(name="form.buttons.apply").click()
    transaction.begin()


def values(page):
    return dict(get_record(page, KEY))


@pytest.mark.parametrize(
    "name,first,second", [("name", "Ben", "Cleo"), ("remark", "One", "Two")]
)
def test_the_second_editor_is_told_and_nothing_is_overwritten(
    open_form, page, name, first, second
):
    one, two = open_form(), open_form()
    apply(one, **{name: first})

    apply(two, **{name: second})

    assert f"it now holds: {first}." in two.contents
    assert values(page)[name] == first


def test_applying_again_replaces_it(open_form, page):
    one, two = open_form(), open_form()
    apply(one, name="Ben")
    apply(two, name="Cleo")

    apply(two)

    assert "Data successfully updated." in two.contents
    assert values(page)["name"] == "Cleo"


def test_a_field_the_second_editor_left_alone_is_not_set_back(open_form, page):
    one, two = open_form(), open_form()
    apply(one, name="Ben")

    apply(two, nick="B")

    assert "it now holds: Ben." in two.contents
    assert values(page)["name"] == "Ben"
    assert values(page)["nick"] == "A"


def test_the_same_change_by_both_is_no_conflict(open_form, page):
    one, two = open_form(), open_form()
    apply(one, name="Ben")

    apply(two, name="Ben", nick="B")

    assert "now holds" not in two.contents
    assert values(page)["nick"] == "B"


def test_an_error_elsewhere_does_not_hide_a_conflict(open_form, page):
    one, two = open_form(), open_form()
    apply(two, amount="three")
    apply(one, name="Ben")

    apply(two, amount="3", name="Cleo")

    assert "it now holds: Ben." in two.contents
    assert values(page)["name"] == "Ben"


def test_without_another_editor_nothing_is_in_the_way(open_form, page):
    one = open_form()
    apply(one, name="Ben")
    two = open_form()
    apply(two, name="Cleo", remark="New")

    assert values(page)["name"] == "Cleo"
    assert values(page)["remark"] == "New"


def test_what_the_other_one_entered_is_escaped(open_form, page):
    one, two = open_form(), open_form()
    apply(one, name="<script>alert(1)</script>")

    apply(two, name="Cleo")

    assert "<script>alert(1)" not in two.contents
    assert "&lt;script&gt;alert(1)" in two.contents


@pytest.mark.parametrize(
    "token", ["", "{", "[]", "7", '{"name": 7}', '{"x": {}}', "[" * 9999]
)
def test_a_damaged_revision_does_no_harm(open_form, page, token):
    browser = open_form()
    browser.getControl(name="form.widgets.record_revision").value = token

    apply(browser, nick="B")

    assert "form.buttons.apply" in browser.contents
    assert values(page)["name"] == "Ann"


def test_the_revision_is_not_stored(open_form, page):
    apply(open_form(), name="Ben")

    assert "record_revision" not in values(page)
