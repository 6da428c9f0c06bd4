"""Who may do what with a form: role x action."""

from base64 import b64encode
from collective.hoard.forms.behavior import stored_definition
from collective.hoard.forms.keeping import fingerprint
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import post
from forms.browsing import rows
from forms.browsing import shows_no_traceback
from forms.browsing import status
from forms.conftest import ALL_KINDS
from forms.conftest import make_form
from json import dumps
from plone import api
from plone.protect.authenticator import createToken
from urllib.parse import urlsplit
from webtest import TestApp
import pytest
import transaction


ROLES = [
    "Member",
    "Contributor",
    "Reviewer",
    "Reader",
    "Editor",
    "Site Administrator",
    "Manager",
    "Owner",
]
DESIGNERS = {"Editor", "Site Administrator", "Manager", "Owner"}
PAGES = [
    "@@hoard-fields",
    "@@hoard-field?kind=text",
    "@@hoard-field?id=text",
    "@@hoard-field-remove?id=text",
    "@@hoard-fieldset",
    "@@hoard-fieldset?id=main",
]
PASSWORD = "a very Long passw0rd!"


@pytest.fixture(params=["Anonymous", *ROLES])
def role(request):
    return request.param


@pytest.fixture
def somebody(functional, form, role):
    """A browser of somebody with *role* on the form."""
    if role == "Anonymous":
        return browser(functional)
    api.user.create("joe@example.org", "joe", PASSWORD)
    with api.env.adopt_user(username="admin"):
        if role in ("Site Administrator", "Manager"):
            api.user.grant_roles("joe", roles=[role])
        elif role != "Member":
            api.user.grant_roles("joe", roles=[role], obj=form)
    transaction.commit()
    return browser(functional, "joe", PASSWORD)


def is_refused(browser):
    """Whether Plone says no: by its status or by the page it leads to."""
    pages = ("login", "insufficient-privileges")
    refused = status(browser) in (401, 403) or any(p in browser.url for p in pages)
    shown = "hoard-design" in contents(browser) or "field.text" in contents(browser)
    return refused and not shown and shows_no_traceback(browser)


def test_everybody_may_send_a_published_form(form, somebody, role):
    somebody.open(form.absolute_url())
    somebody.getControl(name="field.text").value = role
    somebody.getControl("Send").click()

    assert somebody.url.endswith("/@@hoard-thanks")
    assert [row["text"] for row in rows(form)] == [role]


def test_only_designers_see_the_editor(form, somebody, role):
    for page in PAGES:
        somebody.open(f"{form.absolute_url()}/{page}")
        if role in DESIGNERS:
            assert status(somebody) == 200 and "hoard-design" in contents(somebody)
        else:
            assert is_refused(somebody), page


ACTIONS = [
    ("@@hoard-fields", [("field", "text"), ("move", "down")]),
    ("@@hoard-field", [("id", "text"), ("field.title", "X")]),
    ("@@hoard-field-remove", [("id", "text")]),
    ("@@hoard-fieldset", [("id", "main"), ("title", "X")]),
]


def test_only_designers_change_the_form(form, somebody, role):
    if role in DESIGNERS:
        return
    for view, pairs in ACTIONS:
        key = ("_authenticator", createToken())
        mark = ("fingerprint", fingerprint(form))
        post(somebody, form, *pairs, key, mark, view=view, with_token=False)
        assert is_refused(somebody)
        assert stored_definition(form) == ALL_KINDS


def test_a_form_that_nobody_may_send_says_so(form, functional, somebody, role):
    with api.env.adopt_user(username="admin"):
        functional["portal"].manage_permission(
            "collective.hoard: Submit Form", ["Manager"]
        )
    transaction.commit()
    somebody.open(form.absolute_url())
    told = "not allowed to send" in contents(somebody)

    code = post(somebody, form, ("field.text", "x"))

    assert told == (role != "Manager")
    if role != "Manager":
        assert code != 500 and is_refused(somebody)
        assert rows(form) == []


@pytest.fixture
def private_form(functional):
    form = make_form(functional["portal"], ALL_KINDS, id="private")
    with api.env.adopt_user(username="admin"):
        api.content.transition(form, to_state="private")
    transaction.commit()
    return form


def test_a_private_form_is_neither_shown_nor_taken(private_form, functional):
    visitor = browser(functional)
    for page in (
        "",
        "/@@hoard-form",
        "/@@hoard-thanks",
        "/@@hoard-state",
        "/@@hoard-fields",
    ):
        visitor.open(private_form.absolute_url() + page)
        assert is_refused(visitor)
        assert "field.text" not in contents(visitor)

    post(visitor, private_form, ("field.text", "x"))

    assert is_refused(visitor)
    assert rows(private_form) == []


def test_other_content_has_no_form(functional):
    with api.env.adopt_user(username="admin"):
        folder = api.content.create(functional["portal"], "Folder", "folder")
        folder.manage_permission("View", ["Anonymous"])
    transaction.commit()
    visitor = browser(functional)
    for view in ("@@hoard-form", "@@hoard-thanks", "@@hoard-state"):
        visitor.open(f"{folder.absolute_url()}/{view}")
        assert status(visitor) == 404


def test_who_may_edit_but_not_design_cannot_do_it_by_the_rest_api(form, functional):
    api.user.create("joe@example.org", "joe", PASSWORD)
    with api.env.adopt_user(username="admin"):
        api.user.grant_roles("joe", roles=["Editor"], obj=form)
        functional["portal"].manage_permission(
            "collective.hoard: Design Form", ["Manager"]
        )
    transaction.commit()
    body = dumps({"title": "New", "hoard_definition": {"version": 1, "fieldsets": []}})

    assert _patch(functional, form, body) == 204

    transaction.begin()
    assert form.title == "New"
    assert stored_definition(form) == ALL_KINDS


def _patch(functional, form, body):
    """PATCH as joe; the browser of the tests only knows GET and POST."""
    app = TestApp(browser(functional).testapp.app)
    answer = app.request(
        urlsplit(form.absolute_url()).path,
        method="PATCH",
        body=body.encode(),
        expect_errors=True,
        headers={
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": "Basic " + b64encode(f"joe:{PASSWORD}".encode()).decode(),
        },
    )
    return answer.status_int
