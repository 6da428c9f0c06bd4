"""The pictures of README and tutorial, taken from the demo site.

``make pictures`` keeps them in ``docs/images``; in all other runs they go to a
temporary folder, and the tests only say whether each page is as described.
"""

from pathlib import Path
from plone.app.testing import applyProfile
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import os
import pytest
import transaction


pytestmark = pytest.mark.browser
DESKTOP = {"viewport": {"width": 1180, "height": 820}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}


@pytest.fixture
def demo_url(server, site_url, no_minimum_fill_time):
    applyProfile(server["portal"], "collective.hoard:demo")
    transaction.commit()
    return f"{site_url}/contact"


@pytest.fixture
def take(tmp_path):
    """``take(page, name)``: a picture of the window, or of the whole page."""
    folder = Path(os.environ.get("HOARD_PICTURES") or tmp_path)
    folder.mkdir(exist_ok=True, parents=True)

    def take(page, name, full_page=False):
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png", full_page=full_page)

    return take


@pytest.fixture
def editor(page, log_in):
    page.set_viewport_size(DESKTOP["viewport"])
    log_in(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    return page


@pytest.mark.parametrize("visitor_page", [DESKTOP], indirect=True)
def test_visitors_form(demo_url, visitor_page, take):
    visitor_page.goto(demo_url)
    visitor_page.get_by_label("A question").check()
    visitor_page.get_by_label("Message").fill("Is the reading room open on Saturdays?")

    take(visitor_page, "form")


@pytest.mark.parametrize("visitor_page", [PHONE], indirect=True)
def test_visitors_errors_on_a_phone(demo_url, visitor_page, visitor_errors, take):
    visitor_page.goto(demo_url)
    visitor_page.locator("form.hoard-form").evaluate("form => form.noValidate = true")
    visitor_page.get_by_label("E-mail address").fill("ada@example")
    visitor_page.get_by_role("button", name="Send").click()

    errors = visitor_page.locator("#hoard-errors li")
    errors.first.wait_for()
    assert errors.count() == 5
    take(visitor_page, "errors")
    assert "422" in visitor_errors.pop()


def test_editors_pages(demo_url, site_url, editor, take):
    editor.goto(f"{site_url}/++add++HoardForm")
    editor.locator("#form-widgets-IDublinCore-title").fill("Summer party")
    take(editor, "add-form")
    editor.goto(f"{demo_url}/@@hoard-fields")
    take(editor, "fields")
    editor.get_by_role("link", name="Edit Number of your card").click()
    take(editor, "field", full_page=True)


def test_receivers_pages(demo_url, editor, take):
    editor.goto(f"{demo_url}/@@hoard-submissions")
    assert editor.locator("tbody tr").count() == 20
    take(editor, "submissions")
    editor.locator("tbody tr a").first.click()
    take(editor, "submission", full_page=True)
