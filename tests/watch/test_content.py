"""Content that is watched, and the portlet."""

from bs4 import BeautifulSoup
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.history import meta
from collective.hoard.watch.behavior import IWatched
from collective.hoard.watch.engines import reading
from collective.hoard.watch.reading import one
from collective.hoard.watch.subscribers import reconcile
from collective.hoard.watch.writing import checks
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from plone import api
from plone.app.portlets.portlets import classic
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.portlets.interfaces import IPortletAssignmentMapping
from plone.portlets.interfaces import IPortletManager
from sqlalchemy import select
from watch.conftest import configure
from zope.component import getMultiAdapter
from zope.component import getUtility
from zope.event import notify
from zope.interface import Invalid
from zope.lifecycleevent import Attributes
from zope.lifecycleevent import ObjectModifiedEvent
from zope.schema import ValidationError
import pytest
import transaction


@pytest.fixture
def page_type(site):
    fti = site["portal"].portal_types["Document"]
    fti.behaviors = (*fti.behaviors, "collective.hoard.watched")
    setRoles(site["portal"], TEST_USER_ID, ["Manager"])
    return site["portal"]


def make(portal, **values):
    values = {"hoard_watch": True, **values}
    page = api.content.create(portal, "Document", "p", title="Our shop", **values)
    transaction.commit()
    return page


def rows(page=None):
    with reading() as connection:
        query = select(t.check).where(t.check.c.uid.is_not(None))
        return connection.execute(query).all()


def test_an_item_becomes_a_check(page_type):
    make(
        page_type,
        hoard_watch_address="https://shop.example.org/a?b",
        hoard_watch_group="web",
    )

    row = rows()[0]
    assert (row.kind, row.host, row.title) == ("https", "shop.example.org", "Our shop")
    assert row.params == {"path": "/a?b"}
    assert row.owner_group is None


def test_nothing_is_written_before_the_commit(page_type):
    api.content.create(page_type, "Document", "p", title="x", hoard_watch=True)
    transaction.abort()

    assert rows() == []


def test_the_check_follows_the_item(page_type):
    page = make(page_type, hoard_watch_address="https://shop.example.org/")
    number = rows()[0].id
    page.hoard_watch_address = "https://new.example.org/"
    notify(ObjectModifiedEvent(page))
    transaction.commit()
    assert (rows()[0].id, rows()[0].host) == (number, "new.example.org")

    page.hoard_watch = False
    notify(ObjectModifiedEvent(page))
    transaction.commit()
    assert rows()[0].removed

    page.hoard_watch = True
    notify(ObjectModifiedEvent(page))
    transaction.commit()
    assert (rows()[0].id, rows()[0].removed) == (number, None)

    api.content.delete(page)
    transaction.commit()
    assert rows()[0].removed


TUNED = {
    "interval": 60,
    "slot": 120,
    "policy": "m of n",
    "m": 2,
    "n": 3,
    "reference": True,
    "address": "192.0.2.7",
    "tags": ["gold"],
    "params": {"path": "/a", "expect": "Welcome", "headers": {"X-A": "b"}},
}


@pytest.fixture
def tuned(page_type):
    """An item with a check that a manager has set more of."""
    page = make(page_type, hoard_watch_address="https://shop.example.org/a")
    row = rows()[0]
    given = {"kind": row.kind, "host": row.host, "name": row.name, "groups": ["web"]}
    checks.change(row.id, {**given, **TUNED})
    return page


def saved(page):
    """Its check after somebody has set the address: row, rules, (groups, tags)."""
    changed = Attributes(IWatched, "IWatched.hoard_watch_address")
    notify(ObjectModifiedEvent(page, changed))
    transaction.commit()
    row = rows()[0]
    with reading() as connection:
        rule = one.regime(connection, row.id)._mapping
        return row, rule, one.groups(connection, row.id)


def test_what_was_set_of_a_check_stays_when_its_item_is_saved(tuned):
    tuned.title = "Another name"
    tuned.hoard_watch_address = "https://shop.example.org/b"
    row, rule, (groups, tags) = saved(tuned)

    assert row.title == "Another name"
    assert row.params == {**TUNED["params"], "path": "/b"}
    assert (row.interval, row.address, row.reference) == (60, "192.0.2.7", True)
    assert [rule[key] for key in ("slot", "policy", "m", "n")] == [120, "m of n", 2, 3]
    assert (groups, tags) == ([], ["gold"])


def test_what_is_for_one_site_is_not_sent_to_another(tuned):
    tuned.hoard_watch_address = "https://other.example.org/b"
    row, rule, _groups = saved(tuned)

    assert (row.host, row.params, row.address) == (
        "other.example.org",
        {"path": "/b"},
        None,
    )
    assert (row.interval, rule["m"]) == (60, 2)


def test_an_editor_does_not_send_what_a_manager_set(tuned, page_type):
    setRoles(page_type, TEST_USER_ID, ["Editor", "Contributor"])
    tuned.hoard_watch_address = "https://shop.example.org/b"
    row, _rule, _groups = saved(tuned)

    assert row.owner_group == "content"
    assert (row.params, row.address) == ({"path": "/b"}, None)


def test_saving_an_item_again_changes_nothing(tuned):
    saved(tuned)
    before = generation()
    saved(tuned)
    assert generation() == before


def generation():
    with reading() as connection:
        return meta.get(connection, meta.GENERATION)


def test_editors_cannot_look_behind_the_firewall(page_type):
    setRoles(page_type, TEST_USER_ID, ["Editor", "Contributor"])
    for address in ("http://10.0.0.1/", "http://localhost:8080/", "http://[::1]/"):
        with pytest.raises(Invalid):
            IWatched.validateInvariants(
                type("D", (), {"hoard_watch": True, "hoard_watch_address": address})
            )
    make(page_type, hoard_watch_address="http://192.168.0.1/")
    assert rows() == []

    page_type.manage_delObjects(["p"])
    make(page_type, hoard_watch_address="https://shop.example.org/")
    assert rows()[0].owner_group == "content"


def test_a_database_that_is_away_does_not_hinder_editors(page_type, database, tmp_path):
    configure(database=str(tmp_path / "nowhere.db"))

    page = make(page_type, hoard_watch_address="https://shop.example.org/")

    assert page.hoard_watch
    configure(database=database)
    assert reconcile(page_type).kept == 1
    assert rows()[0].host == "shop.example.org"


def test_the_item_says_how_it_is(page_type, site):
    page = make(page_type, hoard_watch_address="https://shop.example.org/")
    user = manager(site)

    user.open(page.absolute_url())
    assert "hoard-unknown" in contents(user)

    visitor = browser(site)
    visitor.open(page.absolute_url())
    assert "hoard-unknown" not in contents(visitor)


def test_plones_classic_portlet_shows_it(site):
    portal = site["portal"]
    column = getUtility(IPortletManager, "plone.rightcolumn")
    mapping = getMultiAdapter((portal, column), IPortletAssignmentMapping)
    mapping["hoard"] = classic.Assignment(template="@@hoard-portlet", macro="")
    transaction.commit()
    user = manager(site)
    user.open(portal.absolute_url())
    assert "portletMonitoring" in contents(user)
    assert "Site 11" in contents(user)

    visitor = browser(site)
    visitor.open(portal.absolute_url())
    assert "portletMonitoring" not in contents(visitor)


def test_an_item_without_a_result_says_so(page_type, site):
    page = make(page_type, hoard_watch_address="https://shop.example.org/")
    user = manager(site)

    user.open(page.absolute_url())

    said = BeautifulSoup(contents(user), "html.parser").find(class_="hoard-watched")
    assert "no result yet" in said.text
    assert "for" not in said.text.split()


def test_an_item_whose_check_was_removed_says_no_time(page_type, site):
    page = make(page_type, hoard_watch_address="https://shop.example.org/")
    checks.remove(rows()[0].id)
    user = manager(site)

    user.open(page.absolute_url())

    said = BeautifulSoup(contents(user), "html.parser").find(class_="hoard-watched")
    assert "0 s" not in said.text


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1%00.example.org/", "ftp://x.org/", "no address", "http://x:0x/"],
)
def test_what_can_never_be_a_check_is_refused_at_the_field(page_type, address):
    with pytest.raises(ValidationError) as refused:
        IWatched["hoard_watch_address"].validate(address)

    assert refused.value.doc()


def test_a_manager_may_have_private_addresses_checked(page_type):
    page = make(page_type, hoard_watch_address="http://192.168.0.1/")

    assert (rows()[0].host, rows()[0].owner_group) == ("192.168.0.1", None)
    assert reconcile(page_type).kept == 1
    assert page.hoard_watch


def test_comparing_goes_on_after_an_item_that_cannot_be_checked(page_type):
    """And says of which item, and what was changed all the same."""
    for name in ("a", "b", "c"):
        page = api.content.create(page_type, "Document", name, title=name)
        page.hoard_watch = True
        page.hoard_watch_address = (
            "http://127.0.0.1%00.example.org/" if name == "b" else f"http://{name}.org/"
        )

    done = reconcile(page_type)

    assert {row.host for row in rows()} == {"a.org", "c.org"}
    assert (done.kept, done.dropped) == (2, 0)
    assert [(title, url) for title, url, _words in done.refused] == [
        ("b", page_type["b"].absolute_url())
    ]
    assert "neither a host name" in str(done.refused[0][2])
    assert reconcile(page_type).changed == 0


def test_the_page_of_comparing_names_what_could_not_be(page_type, site):
    for name in ("good", "bad"):
        page = api.content.create(page_type, "Document", name, title=f"The {name} <b>")
        page.hoard_watch = True
        page.hoard_watch_address = "no address" if name == "bad" else "http://a.org/"
    transaction.commit()
    user = manager(site)
    user.open(f"{page_type.absolute_url()}/@@hoard-checks-import")

    user.getControl(name="reconcile").click()

    assert f'href="{page_type["bad"].absolute_url()}"' in contents(user)
    assert "The bad &lt;b&gt;" in contents(user)
    assert "1 items are watched; 1 checks were changed, 0 ended." in contents(user)
    assert "is not an address of a web site" in contents(user)
    assert "Nothing was changed" not in contents(user)
