"""An editor makes a rule in a real browser, and tries it."""

from playwright.sync_api import expect
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
import pytest
import transaction


pytestmark = pytest.mark.browser


@pytest.fixture
def editor(page, log_in):
    log_in(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    return page


def test_from_the_form_s_tab_to_a_rule_that_is_tried(lunch_form, editor, site_url):
    editor.goto(f"{site_url}/summer-party")
    editor.get_by_role("link", name="Mails and messages").click()
    editor.get_by_label("What shall happen").select_option("mail")
    editor.get_by_role("button", name="Add rule").click()
    editor.get_by_label("Goes to", exact=True).fill("kitchen@example.org")
    editor.get_by_label("Subject").fill("Lunch for ${name}")
    editor.get_by_label("Text", exact=False).first.fill("${submission:answers}")
    editor.get_by_label("Field 1").select_option("food")
    editor.get_by_label("Test 1").select_option("equals")
    editor.get_by_label("Value 1").fill("vegan")
    editor.get_by_role("button", name="Save").click()
    editor.get_by_text("Saved.").wait_for()
    editor.get_by_text("kitchen@example.org").wait_for()

    editor.get_by_role("link", name="Try Mail to people you name").click()
    editor.get_by_text("Lunch for Your name").wait_for()
    editor.get_by_role("button", name="Send it to me now").click()
    editor.get_by_text("your profile has no e-mail address").wait_for()


def test_a_slip_leads_to_its_field_and_keeps_what_was_typed(
    lunch_form, editor, site_url, page_errors
):
    editor.goto(f"{site_url}/summer-party/@@hoard-rule?target=mail")
    editor.get_by_label("Goes to", exact=True).fill("kitchen@example.org")
    editor.get_by_label("Subject").fill("Lunch for ${nobody}")
    editor.locator("#field-text").fill("All about it")
    editor.get_by_role("button", name="Save").click()

    summary = editor.locator("#hoard-errors")
    expect(summary).to_be_focused()
    assert editor.locator("#field-text").input_value() == "All about it"
    summary.get_by_role("link", name="Subject").click()
    editor.wait_for_function("location.hash == '#field-subject'")
    page_errors.clear()  # The browser's own note about the status 422.


@pytest.mark.parametrize("width", [360])
def test_nothing_is_wider_than_a_phone(lunch_form, editor, site_url, width):
    from collective.hoard.delivery.stored import set_rules

    mail = {"to": ["a-very-long-address-of-the-kitchen@some-department.example.org"]}
    mail |= {"subject": "s", "text": "t"}
    rule = {"id": "a", "target": "mail", "events": ["added", "changed"], "mail": mail}
    with api.env.adopt_user(username="admin"):
        set_rules(lunch_form, {"version": 1, "rules": [rule]})
    transaction.commit()
    editor.set_viewport_size({"width": width, "height": 740})
    for name in ("@@hoard-rules", "@@hoard-rule?id=a", "@@hoard-rule-trial?id=a"):
        editor.goto(f"{site_url}/summer-party/{name}")
        inner = editor.locator("#content").evaluate(
            "n => n.scrollWidth - n.clientWidth"
        )
        assert inner <= 0, name
