"""Who may do what: every page for receivers, every role; and reading writes nothing."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import ROLES
from collective.hoard.testing.samples import status
from urllib.parse import urlencode
from zope.component import getGlobalSiteManager
from ZPublisher.interfaces import IPubBeforeCommit
import pytest
import transaction


READERS = {"Editor", "Owner", "Site Administrator", "Manager"}
DELETERS = {"Owner", "Site Administrator", "Manager"}
PAGES = {
    "@@hoard-submissions": READERS,
    "@@hoard-submissions/{key}": READERS,
    "@@hoard-submissions/{key}/files/paper": READERS,
    "@@hoard-submissions/1": READERS,
    "@@hoard-export?format=csv": READERS,
    "@@hoard-export?format=jsonl": READERS,
    "@@hoard-delete-submissions?keys={key}": DELETERS,
    "@@hoard-delete-submissions?all=1": DELETERS,
}


@pytest.fixture
def form(functional):
    found = make_form()
    found.key = add_row(found, {"name": "Jo", "paper": a_file()})
    transaction.commit()
    return found


def signed_in(functional, form, role):
    if role == "Anonymous":
        return browser(functional["app"])
    name = add_user(form, role)
    transaction.commit()
    return browser(functional["app"], name)


def turned_away(visitor):
    """Whether Plone asked to log in, or said that one may not."""
    pages = ("/login?", "/require_login", "/insufficient-privileges")
    return any(page in visitor.url for page in pages) or status(visitor) in (401, 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES)
def test_matrix(functional, form, role, page):
    visitor = signed_in(functional, form, role)

    visitor.open(f"{form.absolute_url()}/{page.format(key=form.key)}")

    if role in PAGES[page]:
        assert status(visitor) == (404 if page.endswith("/1") else 200)
        assert not turned_away(visitor)
    else:
        assert turned_away(visitor)
        assert b"Jo" not in visitor._response.body


@pytest.mark.parametrize("role", ROLES)
def test_matrix_of_deleting(functional, form, role):
    """With a token of one's own; having one is not enough."""
    visitor = signed_in(functional, form, role)
    visitor.open(form.absolute_url() + "/@@authenticator/token")
    data = {"confirm": 1, "keys": form.key, "_authenticator": visitor.contents}

    visitor.post(f"{form.absolute_url()}/@@hoard-delete-submissions", urlencode(data))

    transaction.begin()
    assert len(find_ledger(form)) == (0 if role in DELETERS else 1)


def test_the_editor_is_not_offered_what_is_forbidden(functional, form):
    visitor = signed_in(functional, form, "Editor")

    visitor.open(f"{form.absolute_url()}/@@hoard-submissions")
    content = BeautifulSoup(visitor.contents, "html.parser").select_one("#content")
    assert "Delete" not in content.get_text()
    assert not content.select("[type=checkbox]")

    visitor.open(f"{form.absolute_url()}/@@hoard-submissions/{form.key}")
    content = BeautifulSoup(visitor.contents, "html.parser").select_one("#content")
    assert "Delete" not in content.get_text()


@pytest.fixture
def registered():
    """Objects that each request had registered with the transaction at its end."""
    seen = []

    def note(event):
        connections = event.request["PARENTS"][-1]._p_jar.connections.values()
        seen.extend(o for c in connections for o in c._registered_objects)

    getGlobalSiteManager().registerHandler(note, (IPubBeforeCommit,))
    yield seen
    getGlobalSiteManager().unregisterHandler(note, (IPubBeforeCommit,))


@pytest.mark.parametrize("role", ["Anonymous", "Manager"])
@pytest.mark.parametrize("with_ledger", [True, False])
@pytest.mark.parametrize("page", PAGES)
def test_reading_writes_nothing(functional, form, registered, role, page, with_ledger):
    if role == "Anonymous":
        for name in ("View", "Export", "Delete"):
            title = f"collective.hoard: {name} Submissions"
            functional["portal"].manage_permission(title, ["Anonymous"], 1)
        transaction.commit()
    visitor = signed_in(functional, form, role)
    # What Plone itself writes when it shows a page for the first time.
    visitor.open(functional["portal"].absolute_url())
    if not with_ledger:
        from collective.hoard.ledger import remove_ledger

        remove_ledger(functional["portal"], form.UID())
        transaction.commit()
    registered.clear()

    visitor.open(f"{form.absolute_url()}/{page.format(key=form.key)}")

    assert status(visitor) in (200, 400, 404)
    assert not turned_away(visitor)
    assert registered == []
