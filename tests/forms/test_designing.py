"""Editors make a form in the browser, through the real publisher."""

from collective.hoard.forms.behavior import stored_definition
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.testing.zope import Browser
import pytest
import transaction


@pytest.fixture
def editor(functional):
    browser = Browser(functional["app"])
    browser.handleErrors = False
    browser.raiseHttpErrors = False
    credentials = f"{SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}"
    browser.addHeader("Authorization", f"Basic {credentials}")
    return browser


def fields(form):
    transaction.begin()
    return [f for s in stored_definition(form)["fieldsets"] for f in s["fields"]]


def add_field(editor, form, kind, **values):
    editor.open(f"{form.absolute_url()}/@@hoard-fields")
    editor.getControl(name="kind", index=0).value = [kind]
    editor.getControl("Add field", index=0).click()
    for name, value in values.items():
        editor.getControl(name=f"field.{name}").value = value
    editor.getControl("Save").click()


def test_every_kind_can_be_added(empty_form, editor):
    settings = {
        "one_of": {"options": "red | Red\nblue"},
        "many_of": {"options": "red | Red\nblue"},
        "static_text": {"text": "Please read."},
    }
    editor.open(f"{empty_form.absolute_url()}/@@hoard-fields")
    kinds = editor.getControl(name="kind").options

    for kind in kinds:
        add_field(editor, empty_form, kind, title=f"A {kind}", **settings.get(kind, {}))
        assert editor.url.partition("#")[0].endswith("@@hoard-fields"), editor.contents

    assert [f["kind"] for f in fields(empty_form)] == kinds
    assert len(kinds) == 14
