"""Whose word the address of a watched item is, whoever touches the item."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.watch.behavior import IWatched
from collective.hoard.watch.engines import reading
from collective.hoard.watch.engines import writing
from collective.hoard.watch.subscribers import reconcile
from collective.hoard.watch.writing import checks
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from plone import api
from plone.app.iterate.dexterity.copier import ContentCopier
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from plone.restapi.interfaces import IDeserializeFromJson
from sqlalchemy import select
from sqlalchemy import update
from zExceptions import BadRequest
from zope.component import getMultiAdapter
from zope.event import notify
from zope.lifecycleevent import Attributes
from zope.lifecycleevent import ObjectModifiedEvent
import json
import pytest
import transaction


def rows():
    with reading() as connection:
        query = select(t.check).where(t.check.c.uid.is_not(None))
        return connection.execute(query.where(t.check.c.removed.is_(None))).all()


def owner_of(item):
    return next(row.owner_group for row in rows() if row.uid == item.UID())


@pytest.fixture
def editors_page(site):
    """A page in a folder, whose address an editor set."""
    portal = site["portal"]
    fti = portal.portal_types["Folder"]
    fti.behaviors = (*fti.behaviors, "collective.hoard.watched")
    fti = portal.portal_types["Document"]
    fti.behaviors = (*fti.behaviors, "collective.hoard.watched")
    setRoles(portal, TEST_USER_ID, ["Editor", "Contributor"])
    folder = api.content.create(portal, "Folder", "f", **watch(EVIL))
    api.content.create(folder, "Document", "p", **watch(EVIL))
    transaction.commit()
    assert owners() == {"content"}
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return folder["p"]


#: A name that leads to an address behind the firewall is not seen as it is written.
EVIL = "http://evil.example.org/"


def watch(address):
    return {"title": "x", "hoard_watch": True, "hoard_watch_address": address}


def owners():
    return {row.owner_group for row in rows()}


def changed(item, name, value):
    """As a form does it."""
    setattr(item, name, value)
    notify(ObjectModifiedEvent(item, Attributes(IWatched, f"IWatched.{name}")))
    transaction.commit()


def add_a_child(page):
    api.content.create(page.aq_parent, "Document", "child", title="x")


def move(page):
    api.content.move(page, api.portal.get())


def rename(page):
    api.content.rename(page, "other")


def compare(page):
    reconcile(api.portal.get())


def touch(page):
    page.title = "Another title"
    notify(ObjectModifiedEvent(page))


def paste(page):
    api.content.copy(page, api.portal.get(), "copy")


def check_in(page):
    """A manager checks in what an editor made of a working copy.

    The adapters of plone.app.iterate are not in our layer; these are its steps.
    """
    working, _relation = ContentCopier(page).copyTo(page.aq_parent)
    working.hoard_watch_address = "http://worse.example.org/"
    notify(ObjectModifiedEvent(ContentCopier(working).merge()))


@pytest.mark.parametrize(
    "act", [add_a_child, move, rename, compare, touch, paste, check_in]
)
def test_trust_is_not_had_by_a_managers_touch(editors_page, act):
    act(editors_page)
    transaction.commit()

    assert owners() == {"content"}


@pytest.mark.parametrize("act", [add_a_child, move, rename, compare, touch])
def test_trust_is_not_lost_by_an_editors_touch(editors_page, act):
    changed(editors_page, "hoard_watch_address", "http://10.0.0.7/")
    changed(editors_page.aq_parent, "hoard_watch_address", "http://10.0.0.8/")
    assert owners() == {None}
    setRoles(api.portal.get(), TEST_USER_ID, ["Editor", "Contributor", "Reviewer"])

    act(editors_page)
    transaction.commit()

    assert owners() == {None}


def test_an_editor_who_changes_the_address_is_who_set_it(editors_page):
    changed(editors_page, "hoard_watch_address", "http://10.0.0.7/")
    setRoles(api.portal.get(), TEST_USER_ID, ["Editor"])

    changed(editors_page, "hoard_watch_address", EVIL)

    assert owners() == {"content"}


def test_an_editors_copy_is_not_trusted(editors_page):
    changed(editors_page, "hoard_watch_address", "http://inside.example.org/")
    setRoles(api.portal.get(), TEST_USER_ID, ["Editor", "Contributor"])

    copy = api.content.copy(editors_page, api.portal.get(), "copy")
    transaction.commit()
    changed(copy, "hoard_watch_address", EVIL)

    assert owner_of(copy) == "content"
    assert owner_of(editors_page) is None


def test_a_check_of_whose_setter_nothing_is_known_is_not_trusted(editors_page):
    changed(editors_page, "hoard_watch_address", "http://inside.example.org/")
    changed(editors_page.aq_parent, "hoard_watch", False)
    delattr(editors_page.aq_base, "_hoard_watch_setter")
    with writing() as (_store, connection):
        query = update(t.check).where(t.check.c.uid == editors_page.UID())
        connection.execute(query.values(uid=None, name="lost"))

    reconcile(api.portal.get())

    assert owners() == {"content"}


def test_an_own_address_of_another_host_is_not_trusted(editors_page):
    changed(editors_page, "hoard_watch_address", None)
    assert owner_of(editors_page) is None
    setRoles(api.portal.get(), TEST_USER_ID, ["Editor"])
    request = editors_page.REQUEST
    before = request["SERVER_URL"]
    request.setServerURL("http", "inside.example.org", "80")

    touch(editors_page)
    transaction.commit()

    request.other["SERVER_URL"] = before
    assert owner_of(editors_page) == "content"


def test_a_new_address_never_has_the_trust_of_the_old_one(editors_page, monkeypatch):
    """Not even between two transactions: the poller looks at any moment."""
    changed(editors_page, "hoard_watch_address", "http://10.0.0.7/")
    setRoles(api.portal.get(), TEST_USER_ID, ["Editor"])
    seen = []
    finish = checks.finish

    def looking(*arguments):
        seen.append({row.host: row.owner_group for row in rows()})
        finish(*arguments)

    monkeypatch.setattr(checks, "finish", looking)
    changed(editors_page, "hoard_watch_address", "http://evil2.example.org/")

    assert seen[-1]["evil2.example.org"] == "content"


def test_a_rest_client_sets_the_address_by_its_own_right(editors_page):
    patch(editors_page, {"hoard_watch_address": "http://10.0.0.7/"})
    assert owner_of(editors_page) is None
    setRoles(api.portal.get(), TEST_USER_ID, ["Editor"])

    patch(editors_page, {"title": "New", "hoard_watch_address": "http://10.0.0.7/"})
    assert owner_of(editors_page) is None

    with pytest.raises(BadRequest):
        patch(editors_page, {"hoard_watch_address": "http://10.0.0.9/"})
    transaction.abort()
    patch(editors_page, {"hoard_watch_address": EVIL})
    assert owner_of(editors_page) == "content"


def patch(item, values):
    request = item.REQUEST
    request["BODY"] = json.dumps(values).encode()
    getMultiAdapter((item, request), IDeserializeFromJson)()
    transaction.commit()


def test_the_forms_of_plone_say_who_sets_what(editors_page, site):
    """A manager types an address; an editor saves the form, then types another."""
    address = "form.widgets.IWatched.hoard_watch_address"
    title = "form.widgets.IDublinCore.title"
    boss = manager(site)
    boss.open(f"{editors_page.absolute_url()}/edit")
    assert boss.getControl(name=address).value == EVIL
    boss.getControl("Save").click()
    assert owner_of(editors_page) == "content"

    boss.open(f"{editors_page.absolute_url()}/edit")
    boss.getControl(name=address).value = "http://10.0.0.7/"
    boss.getControl("Save").click()
    assert owner_of(editors_page) is None

    setRoles(api.portal.get(), TEST_USER_ID, ["Editor"])
    transaction.commit()
    editor = browser(site)
    editor.addHeader("Authorization", f"Basic {TEST_USER_NAME}:{TEST_USER_PASSWORD}")
    editor.open(f"{editors_page.absolute_url()}/edit")
    editor.getControl(name=title).value = "Another"
    editor.getControl("Save").click()
    assert owner_of(editors_page) is None

    editor.open(f"{editors_page.absolute_url()}/edit")
    editor.getControl(name=address).value = "http://10.0.0.8/"
    editor.getControl("Save").click()
    assert "is not a public address" in contents(editor)

    editor.open(f"{editors_page.absolute_url()}/edit")
    editor.getControl(name=address).value = EVIL
    editor.getControl("Save").click()
    assert owner_of(editors_page) == "content"


def test_the_form_of_plone_shows_what_is_wrong_at_the_address(editors_page, site):
    boss = manager(site)
    boss.open(f"{editors_page.absolute_url()}/edit")
    address = "form.widgets.IWatched.hoard_watch_address"
    boss.getControl(name=address).value = "http://127.0.0.1%00.example.org/"

    boss.getControl("Save").click()

    assert "is neither a host name nor an IP address" in contents(boss)
    transaction.begin()
    assert editors_page.hoard_watch_address == EVIL
