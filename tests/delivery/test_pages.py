"""Editors make rules in the browser, administrators targets."""

from bs4 import BeautifulSoup
from collective.hoard.delivery.settings import get_targets
from collective.hoard.delivery.settings import read
from collective.hoard.delivery.stored import stored_rules
from delivery.conftest import give_rules
from delivery.conftest import message_rule
from delivery.conftest import notification
from delivery.conftest import receipt
from delivery.conftest import send
from delivery.conftest import text_of
from delivery.test_targets import give_targets
from delivery.test_targets import webhook
from delivery.web import Web
from forms.accessibility import problems
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import shows_no_traceback
from forms.browsing import status
from plone import api
import json
import pytest
import transaction


@pytest.fixture
def editor(functional):
    return manager(functional)


@pytest.fixture
def site_url(functional):
    return functional["portal"].absolute_url()


@pytest.fixture
def web():
    with Web() as web:
        yield web


def stored(form):
    transaction.begin()
    return stored_rules(form)["rules"]


def text(browser):
    return BeautifulSoup(contents(browser), "html.parser").get_text(" ", strip=True)


def add(editor, url, page, **values):
    editor.open(f"{url}/{page}")
    return fill(editor, **values)


def fill(editor, **values):
    for name, value in values.items():
        editor.getControl(name=f"field.{name}").value = value
    editor.getControl("Save").click()
    return editor


def test_an_editor_adds_changes_and_removes_a_rule(form, editor):
    editor.open(f"{form.absolute_url()}/@@hoard-rules")
    assert "nobody is told" in text(editor)
    editor.getControl(name="target").value = ["mail"]
    editor.getControl("Add rule").click()
    fill(
        editor,
        title="Tell the office",
        to="office@example.org\nboss@example.org",
        address_field=["address"],
        subject="News from ${name}",
        text="${submission:answers}",
        condition_1_field=["topic"],
        condition_1_test=["equals"],
        condition_1_value="blame",
    )
    assert "Saved." in text(editor)
    assert "office@example.org, boss@example.org" in text(editor)
    (rule,) = stored(form)
    assert rule["id"] == "tell_the_office"
    assert rule["events"] == ["added"]
    assert rule["conditions"] == [
        {"field": "topic", "test": "equals", "value": "blame"}
    ]

    editor.getLink("Edit Tell the office").click()
    fill(
        editor,
        subject="Other",
        condition_2_field=["count"],
        condition_2_test=["greater"],
        condition_2_value="3",
    )
    (rule,) = stored(form)
    assert rule["mail"]["subject"] == "Other"
    assert len(rule["conditions"]) == 2
    assert rule["mail"]["to"] == ["office@example.org", "boss@example.org"]

    editor.getControl("Switch off Tell the office").click()
    assert stored(form)[0]["enabled"] is False
    editor.getLink("Remove Tell the office").click()
    editor.getControl("Remove").click()
    assert stored(form) == []


@pytest.mark.parametrize(
    "values,words",
    [
        ({"to": ""}, "say who shall get"),
        ({"to": "nobody"}, "not an e-mail address"),
        ({"to": "a@example.org Bcc:"}, "not an e-mail address"),
        ({"subject": "${nothing}"}, "no field ${nothing}"),
        ({"subject": "${name"}, "is not a placeholder"),
        ({"text": "Dear ${ name }"}, "is not a placeholder"),
        ({"condition_1_field": ["count"], "condition_1_value": "many"}, "number"),
        ({"condition_1_field": ["name"]}, "with what to compare"),
        (
            {"condition_1_field": ["name"], "condition_1_test": ["less"], "condition_1_value": "b"},
            "Only numbers and dates",
        ),
        ({"condition_2_value": "b"}, "This is missing"),
    ],
)  # fmt: skip
def test_a_slip_is_told_where_it_is_and_nothing_is_stored(form, editor, values, words):
    good = {"to": "office@example.org", "subject": "s", "text": "t"}
    add(editor, form.absolute_url(), "@@hoard-rule?target=mail", **{**good, **values})

    assert status(editor) == 422
    assert words in text(editor)
    assert stored(form) == []
    assert problems(contents(editor)) == []
    page = BeautifulSoup(contents(editor), "html.parser")
    assert page.find(id="hoard-errors").find("a", href=True)


def test_a_receipt_may_not_repeat_free_text(form, editor):
    good = {"address_field": ["address"], "subject": "s"}
    url = form.absolute_url()
    add(editor, url, "@@hoard-rule?target=receipt", text="Dear ${name}", **good)
    assert "strangers could write" in text(editor)

    fill(editor, text="About ${topic}")
    assert "Saved." in text(editor)


@pytest.mark.parametrize("target", ["webhook:crm", "nothing", "webhook:", "../x", ""])
def test_an_editor_cannot_name_a_target_that_is_not_there(form, editor, target):
    editor.open(f"{form.absolute_url()}/@@hoard-rule?target={target}")

    assert status(editor) == 404
    assert shows_no_traceback(editor)


def test_a_target_that_is_gone_is_shown_with_its_rule(form, editor, web):
    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    give_targets()
    editor.open(f"{form.absolute_url()}/@@hoard-rules")

    assert "There is no such target" in text(editor)
    send(form, name="Ada")
    assert not web.requests


def test_two_editors_do_not_overwrite_each_other(form, editor):
    give_rules(form, notification())
    editor.open(f"{form.absolute_url()}/@@hoard-rule?id=tell")
    give_rules(form, notification(title="By somebody else"))
    fill(editor, subject="Mine")

    assert status(editor) == 422
    assert "changed this meanwhile" in text(editor)
    assert stored(form)[0]["title"] == "By somebody else"


def test_a_trial_goes_to_who_tries_and_shows_the_mail(form, editor, post_office):
    with api.env.adopt_user(username="admin"):
        api.user.create(
            "eva@example.org", "eva", "Secret-123456", roles=("Member", "Editor")
        )
    give_rules(form, notification())
    send(form, name="Ada <b>", message="Hello")
    eva = browser_of(form, "eva")
    eva.open(f"{form.absolute_url()}/@@hoard-rule-trial?id=tell")
    assert "News from Ada <b>" in text(eva)
    assert problems(contents(eva)) == []
    eva.getControl("Send it to me now").click()

    assert "Sent to you: eva@example.org" in text(eva)
    (mail,) = post_office.mails
    assert mail["To"] == "eva@example.org"
    assert "Message: Hello" in text_of(mail)

    post_office.stop()
    eva.getControl("Send it to me now").click()
    assert "Connection refused" in text(eva)


def browser_of(form, name):
    return browser({"app": form.getPhysicalRoot()}, name, "Secret-123456")


def test_a_trial_without_submissions_uses_examples(form, editor, web):
    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    editor.open(f"{form.absolute_url()}/@@hoard-rule-trial?id=send")
    editor.getControl("Send it to the target now").click()

    assert "Delivered; the answer was 200." in text(editor)
    data = json.loads(web.requests[0].body)
    assert data["event"] == "test"
    assert data["submission"]["values"]["topic"] == "praise"


def test_who_may_not_design_sees_no_rules(form, functional):
    give_rules(form, notification())
    visitor = browser(functional)
    for page in (
        "@@hoard-rules",
        "@@hoard-rule?id=tell",
        "@@hoard-rule-remove?id=tell",
        "@@hoard-rule-trial?id=tell",
    ):
        visitor.open(f"{form.absolute_url()}/{page}")
        assert "office@example.org" not in contents(visitor)
        assert "Login" in contents(visitor)


@pytest.mark.parametrize(
    "page",
    ["@@hoard-rules", "@@hoard-rule", "@@hoard-rule-remove", "@@hoard-rule-trial"],
)
def test_another_site_cannot_change_or_send_anything(form, editor, post_office, page):
    give_rules(form, notification())
    before = stored(form)
    editor.post(f"{form.absolute_url()}/{page}", "switch=tell&id=tell")

    assert status(editor) == 403
    assert stored(form) == before
    assert not post_office.mails


def test_an_administrator_adds_tries_and_removes_a_target(form, editor, site_url, web):
    editor.open(f"{site_url}/@@hoard-targets")
    editor.getControl(name="kind").value = ["webhook"]
    editor.getControl("Add target").click()
    fill(editor, title="The CRM", id="crm", url=f"{web.url}/in")
    assert status(editor) == 422
    assert "Must begin with https:" in text(editor)
    editor.getControl(name="field.private").value = True
    editor.getControl(name="field.insecure").value = True
    fill(editor)
    assert "Saved." in text(editor)
    transaction.begin()
    assert get_targets()["webhook:crm"].options["url"] == f"{web.url}/in"

    editor.getControl("Try it The CRM").click()
    assert "Delivered; the answer was 200." in text(editor)
    web.answers = [(500, {}, b"<b>broken</b>")]
    editor.getControl("Try it The CRM").click()
    assert "The receiver answered 500: <b>broken</b>" in text(editor)
    editor.getLink("Edit The CRM").click()
    fill(editor, title="CRM")
    editor.getLink("Remove CRM").click()
    editor.getControl("Remove").click()
    transaction.begin()
    assert get_targets() == {}


def test_a_secret_itself_is_refused(editor, form, site_url):
    editor.open(f"{site_url}/@@hoard-target?kind=webhook")
    fill(editor, title="x", id="x", url="https://example.org/", secret="hunter2")

    assert status(editor) == 422
    assert "env:NAME" in text(editor)
    assert read("targets", []) == []


def test_an_administrator_makes_a_rule_for_all_forms(editor, form, site_url, web):
    give_targets(webhook(web))
    editor.open(f"{site_url}/@@hoard-targets")
    editor.getControl(name="target").value = ["webhook:crm"]
    editor.getControl("Add rule").click()
    fill(editor, title="Everything")
    assert "Everything" in text(editor)
    transaction.begin()
    (rule,) = read("rules", {})["rules"]
    assert rule["target"] == "webhook:crm"


def test_the_limits_of_mails_are_set(editor, form, site_url):
    add(editor, site_url, "@@hoard-mail-limits", receipts_per_day="-1")
    assert status(editor) == 422
    fill(editor, receipts_per_day="7")
    transaction.begin()
    assert read("receipts_per_day", 0) == 7


def test_administrators_pages_are_for_administrators(functional, form, site_url):
    for page in (
        "@@hoard-targets",
        "@@hoard-target?kind=webhook",
        "@@hoard-mail-limits",
        "@@hoard-site-rule?target=mail",
    ):
        visitor = browser(functional)
        visitor.open(f"{site_url}/{page}")
        assert "Login" in contents(visitor)


def test_pages_can_be_used_by_everybody(form, editor, site_url, web):
    give_targets(webhook(web))
    give_rules(form, notification(), receipt(), message_rule("webhook:crm"))
    url = form.absolute_url()
    for page in (
        f"{url}/@@hoard-rules", f"{url}/@@hoard-rule?id=tell", f"{url}/@@hoard-rule?id=thanks",
        f"{url}/@@hoard-rule?target=mail", f"{url}/@@hoard-rule?target=webhook:crm",
        f"{url}/@@hoard-rule-remove?id=tell", f"{url}/@@hoard-rule-trial?id=send",
        f"{site_url}/@@hoard-targets", f"{site_url}/@@hoard-target?kind=amqp",
        f"{site_url}/@@hoard-target?kind=mqtt", f"{site_url}/@@hoard-target?name=webhook:crm",
        f"{site_url}/@@hoard-target-remove?name=webhook:crm", f"{site_url}/@@hoard-mail-limits",
        f"{site_url}/@@hoard-site-rule?target=mail", f"{site_url}/@@hoard-controlpanel",
    ):  # fmt: skip
        editor.open(page)
        assert status(editor) == 200, page
        assert page.endswith("controlpanel") or problems(contents(editor)) == [], page


HOSTILE = [
    "\x00",
    "<script>",
    "${",
    "é" * 5000,
    "[]",
    "a]b",
    "\ud800".encode("utf-8", "surrogatepass"),
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_input_ends_in_a_message(form, editor, value):
    from forms.browsing import urlencoded

    give_rules(form, notification())
    editor.open(f"{form.absolute_url()}/@@hoard-rules")
    token = editor.getControl(name="_authenticator", index=0).value
    for page in (
        "@@hoard-rule?target=mail",
        "@@hoard-rule?id=tell",
        "@@hoard-rules",
        "@@hoard-rule-trial?id=tell",
    ):
        pairs = [("_authenticator", token), ("switch", value), ("fingerprint", value)]
        for name in ("title", "events", "to", "subject", "text", "address_field", "match",
                     "condition_1_field", "condition_1_test", "condition_99999999_value"):  # fmt: skip
            pairs.append((f"field.{name}", value))
        editor.post(f"{form.absolute_url()}/{page}", urlencoded(pairs))
        assert status(editor) in (200, 404, 422), page
        assert shows_no_traceback(editor)
        main = str(BeautifulSoup(contents(editor), "html.parser").find(id="content"))
        assert "<script>" not in main
    (rule,) = stored(form)
    assert rule["id"] == "tell"
