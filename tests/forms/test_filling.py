"""Visitors fill in a form, through the real publisher."""

from collective.hoard.forms.keeping import find_ledger
from plone.testing.zope import Browser
import pytest


@pytest.fixture
def visitor(functional):
    browser = Browser(functional["app"])
    browser.handleErrors = False
    browser.raiseHttpErrors = False
    return browser


def test_a_visitor_sends_the_form(form, visitor):
    visitor.open(form.absolute_url())
    open("/tmp/form.html", "w").write(visitor.contents)
    visitor.getControl(name="field.text").value = "Grüße"
    visitor.getControl(name="field.integer").value = "42"
    visitor.getControl("Send").click()

    assert visitor.url.endswith("/@@hoard-thanks")
    (row,) = find_ledger(form).iter_rows()
    assert row.values["text"] == "Grüße"
    assert row.values["integer"] == 42
