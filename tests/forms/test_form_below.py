"""The behavior on other content: its form is shown below the content."""

from collective.hoard.forms.keeping import find_ledger
from plone.testing.zope import Browser
import pytest


@pytest.fixture
def visitor(functional):
    return Browser(functional["app"])


def test_a_page_shows_its_form_and_takes_submissions(page_with_form, visitor):
    visitor.open(page_with_form.absolute_url())
    visitor.getControl(name="field.text").value = "From the page"
    visitor.getControl("Send").click()

    assert visitor.url.endswith("/page/@@hoard-thanks")
    (row,) = find_ledger(page_with_form).iter_rows()
    assert row.values == {"text": "From the page"}


def test_the_form_is_not_below_its_own_page(form, visitor):
    visitor.open(form.absolute_url())

    assert visitor.contents.count('class="hoard-form"') == 1


def test_other_pages_of_the_content_do_not_show_it(page_with_form, visitor):
    visitor.open(f"{page_with_form.absolute_url()}/@@hoard-thanks")

    assert "hoard-below" not in visitor.contents
