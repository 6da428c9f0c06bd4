"""What the project is for, as its users do it: in a real Chromium.

An editor makes a form, a visitor fills it in another browser, the editor sees
the submission and exports it.
"""

from playwright.sync_api import expect
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import csv
import pytest


pytestmark = pytest.mark.browser


@pytest.fixture
def editor(page, log_in, no_minimum_fill_time):
    log_in(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    return page


def add_form(page, site_url, title):
    page.goto(f"{site_url}/++add++HoardForm")
    page.locator("#form-widgets-IDublinCore-title").fill(title)
    page.locator("#form-buttons-save").click()
    page.wait_for_load_state()


def add_field(page, kind, title, required=False, **settings):
    page.get_by_label("Kind of field").last.select_option(kind)
    page.get_by_role("button", name="Add field").last.click()
    page.get_by_label("Title").fill(title)
    if required:
        page.get_by_label("Required").check()
    for name, value in settings.items():
        page.locator(f"#field-{name}").fill(value)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()


def make_lunch_form(page, site_url):
    add_form(page, site_url, "Summer party")
    page.get_by_role("link", name="Add the first field").click()
    add_field(page, "text", "Your name", required=True)
    add_field(page, "email", "Your address")
    add_field(
        page, "one_of", "What do you eat?", options="all | Everything\nvegan | Vegan"
    )
    add_field(page, "yes_no", "I bring a cake")


def fill_lunch_form(page):
    page.get_by_label("Your name").fill("Zoë Müller")
    page.get_by_label("Vegan").check()
    page.get_by_label("I bring a cake").check()
    page.get_by_role("button", name="Send").click()


def exported(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    with open(download.value.path(), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_from_making_a_form_to_the_export(lunch_form, editor, site_url, visitor_page):
    visitor_page.goto(f"{site_url}/summer-party")
    fill_lunch_form(visitor_page)
    visitor_page.get_by_role("heading", name="Thank you").wait_for()

    editor.goto(f"{site_url}/summer-party/@@hoard-submissions")
    editor.get_by_text("Zoë Müller").wait_for()
    (row,) = exported(editor)
    assert row["Your name"] == "Zoë Müller"
    assert row["What do you eat?"] == "Vegan"


def test_fields_are_ordered_changed_and_removed(lunch_form, editor, site_url):
    editor.goto(f"{lunch_form.absolute_url()}/@@hoard-fields")
    editor.get_by_role("button", name="Move up I bring a cake").click()
    editor.get_by_role("link", name="Edit Your address").click()
    editor.get_by_label("Title").fill("E-mail")
    editor.get_by_role("button", name="Save").click()
    editor.get_by_role("link", name="Remove What do you eat?").click()
    editor.get_by_role("button", name="Remove").click()

    editor.get_by_text("Removed.").wait_for()
    names = editor.locator(".hoard-row strong").all_inner_texts()
    assert names == ["Your name", "E-mail", "I bring a cake"]


@pytest.mark.parametrize(
    "visitor_page", [{"java_script_enabled": False}], indirect=True
)
def test_a_visitor_needs_no_javascript(lunch_form, editor, site_url, visitor_page):
    visitor_page.goto(f"{site_url}/summer-party")
    fill_lunch_form(visitor_page)

    visitor_page.get_by_role("heading", name="Thank you").wait_for()


PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


@pytest.mark.parametrize("visitor_page", [PHONE], indirect=True)
def test_nothing_is_wider_than_a_phone(lunch_form, editor, site_url, visitor_page):
    visitor_page.goto(f"{site_url}/summer-party")

    assert visitor_page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_visitor_needs_no_mouse(lunch_form, editor, site_url, visitor_page):
    visitor_page.goto(f"{site_url}/summer-party")
    visitor_page.get_by_label("Your name").focus()

    for key in (
        "A",
        "d",
        "a",
        "Tab",
        "Tab",
        "ArrowDown",
        "Tab",
        "Space",
        "Tab",
        "Enter",
    ):
        visitor_page.keyboard.press(key)

    visitor_page.get_by_role("heading", name="Thank you").wait_for()
    editor.goto(f"{site_url}/summer-party/@@hoard-submissions")
    (row,) = exported(editor)
    assert row["Your name"] == "Ada"
    assert row["What do you eat?"] == "Everything"
    assert row["I bring a cake"] == "1"


def test_errors_are_summed_up_and_lead_to_their_fields(
    lunch_form, editor, site_url, visitor_page, visitor_errors
):
    visitor_page.goto(f"{site_url}/summer-party")
    # As a browser without checks of its own would do it.
    visitor_page.locator("form.hoard-form").evaluate("form => form.noValidate = true")
    visitor_page.get_by_label("Your address").fill("nobody")
    visitor_page.get_by_role("button", name="Send").click()

    summary = visitor_page.locator("#hoard-errors")
    expect(summary).to_be_focused()
    assert visitor_page.get_by_label("Your address").input_value() == "nobody"
    summary.get_by_role("link", name="Your name").click()
    visitor_page.wait_for_function("location.hash == '#field-name'")
    assert (
        visitor_page.get_by_label("Your name").get_attribute("aria-invalid") == "true"
    )
    assert "422" in visitor_errors.pop()


def test_reloading_the_thanks_stores_nothing_twice(
    lunch_form, editor, site_url, visitor_page
):
    visitor_page.goto(f"{site_url}/summer-party")
    fill_lunch_form(visitor_page)
    visitor_page.get_by_role("heading", name="Thank you").wait_for()
    visitor_page.reload()
    visitor_page.go_back()
    visitor_page.get_by_role("button", name="Send").click()
    visitor_page.wait_for_load_state()

    editor.goto(f"{site_url}/summer-party/@@hoard-submissions")
    assert len(exported(editor)) == 1
