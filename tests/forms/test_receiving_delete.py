"""Deleting submissions, and what keeps strangers and accidents from it."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from urllib.parse import urlencode
import pytest
import transaction


@pytest.fixture
def form(functional):
    found = make_form()
    transaction.commit()
    return found


@pytest.fixture
def keys(form):
    keys = add_rows(form, 5)
    transaction.commit()
    return keys


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def left(form):
    transaction.begin()
    return [row.key for row in find_ledger(form).iter_rows()]


def url(form, query=""):
    return f"{form.absolute_url()}/@@hoard-delete-submissions{query}"


def page(browser):
    return BeautifulSoup(browser.contents, "html.parser").select_one("#content")


def test_selected_ones_after_a_page_that_names_them(form, keys, manager):
    manager.open(f"{form.absolute_url()}/@@hoard-submissions")
    for key in keys[1:3]:
        manager.getControl(name="keys").getControl(value=str(key)).selected = True
    manager.getControl(name="selected").click()

    items = [" ".join(li.get_text().split()) for li in page(manager).select("li")]
    assert left(form) == keys
    assert items == [
        "Mar 01, 2026 12:00 PM visitor 2",
        "Mar 01, 2026 12:00 PM visitor 1",
    ]

    manager.getControl(name="confirm").click()

    assert "2 submissions were deleted." in manager.contents
    assert left(form) == [keys[0], *keys[3:]]


def test_one_from_its_own_page(form, keys, manager):
    manager.open(f"{form.absolute_url()}/@@hoard-submissions/{keys[0]}")
    manager.getLink("Delete …").click()
    manager.getControl(name="confirm").click()

    assert "1 submission was deleted." in manager.contents
    assert left(form) == keys[1:]


def test_all_but_what_came_meanwhile(form, keys, manager):
    manager.open(f"{form.absolute_url()}/@@hoard-submissions")
    manager.getControl(name="all").click()
    text = " ".join(page(manager).get_text().split())
    assert "All 5 submissions of Contact us will be deleted" in text
    late = add_row(form, {"name": "late"})
    transaction.commit()

    manager.getControl(name="confirm").click()

    assert "5 submissions were deleted." in manager.contents
    assert left(form) == [late]


def test_cancelling_deletes_nothing(form, keys, manager):
    manager.open(url(form, "?all=1"))
    manager.getLink("Cancel").click()

    assert left(form) == keys


def test_nothing_chosen(form, keys, manager):
    manager.open(f"{form.absolute_url()}/@@hoard-submissions")
    manager.getControl(name="selected").click()

    assert "Nothing was chosen." in manager.contents
    assert left(form) == keys


def test_gone_already(form, keys, manager):
    manager.open(url(form, f"?keys={keys[0]}"))
    find_ledger(form).remove(keys[0])
    transaction.commit()

    manager.getControl(name="confirm").click()

    assert "Nothing was deleted: it was gone already." in manager.contents


def test_a_row_of_another_form_stays(form, keys, manager, functional):
    other = make_form("other")
    key = add_row(other, {"name": "theirs"})
    transaction.commit()
    manager.open(url(form, "?all=1"))
    token = page(manager).select_one("[name=_authenticator]")["value"]

    data = {"keys": key, "confirm": 1, "_authenticator": token}
    manager.post(url(form), urlencode(data))

    assert left(other) == [key]
    assert left(form) == keys


@pytest.mark.parametrize("token", [None, "", "forged", "0" * 40])
@pytest.mark.parametrize("what", ["keys", "all"])
def test_without_a_good_token(form, keys, manager, token, what):
    data = {"confirm": "1", "keys": keys[0]}
    if what == "all":
        data = {"confirm": "1", "all": "1", "up_to": keys[-1]}
    if token is not None:
        data["_authenticator"] = token

    manager.post(url(form), urlencode(data))

    assert status(manager) == 403
    assert left(form) == keys


def test_a_get_never_deletes(form, keys, manager):
    manager.open(url(form, "?all=1"))
    token = page(manager).select_one("[name=_authenticator]")["value"]

    query = urlencode({"all": 1, "confirm": 1, "_authenticator": token})
    manager.open(url(form, f"?{query}&up_to={keys[-1]}"))

    assert left(form) == keys


@pytest.mark.parametrize("up_to", ["", "-1", "abc", "9" * 30, None])
def test_all_up_to_nonsense(form, keys, manager, up_to):
    manager.open(url(form, "?all=1"))
    token = page(manager).select_one("[name=_authenticator]")["value"]
    data = {"all": 1, "confirm": 1, "_authenticator": token}
    if up_to is not None:
        data["up_to"] = up_to

    manager.post(url(form), urlencode(data))

    assert status(manager) == 200
    assert left(form) == keys


@pytest.mark.parametrize(
    "query",
    [
        "?keys=-1",
        "?keys=abc",
        f"?keys={'9' * 40}",
        "?keys.x:record=1",
        "?keys:int=1",
        "?keys:records=1",
        "?keys:list=1&keys:list=",
        "?all=",
        "?keys=%00",
    ],
)
def test_nonsense_chooses_nothing(form, keys, manager, query):
    manager.open(url(form, query))

    assert status(manager) == 200
    assert "Nothing was chosen." in manager.contents


def test_the_event_names_what_is_gone(form, keys, manager):
    from collective.hoard.forms.interfaces import ISubmissionsRemoved
    from zope.component import getGlobalSiteManager

    seen = []

    def note(event):
        seen.append((event.form_uid, event.keys))

    getGlobalSiteManager().registerHandler(note, (ISubmissionsRemoved,))
    try:
        manager.open(url(form, f"?keys={keys[0]}&keys=1"))
        manager.getControl(name="confirm").click()
    finally:
        getGlobalSiteManager().unregisterHandler(note, (ISubmissionsRemoved,))

    assert seen == [(form.UID(), (keys[0],))]
