"""Records of content, and content itself: opted in, and seen by who may see it."""

from collective.hoard.connections import configured as service_of
from collective.hoard.forms.submit import submit
from collective.hoard.outbox import drain_once
from collective.hoard.search.check import check
from collective.hoard.search.engine import search
from collective.hoard.search.hits import Reader
from collective.hoard.search.interfaces import ISearchableRecords
from collective.hoard.storage import get_record
from collective.hoard.testing.samples import make_form
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.app.testing import TEST_USER_NAME
from zope import schema
from zope.component import getGlobalSiteManager
from zope.globalrequest import clearRequest
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest
from zope.interface import implementer
from zope.interface import Interface
import pysolr
import pytest
import transaction


KEY = "my.addon.feedback"


class IFeedback(Interface):
    remark = schema.Text(title="Remark")
    stars = schema.Int(title="Stars")
    topics = schema.List(title="Topics", value_type=schema.TextLine())


@implementer(ISearchableRecords)
class Feedback:
    title = "Feedback"
    schema = IFeedback
    portal_types = ("Document",)


@pytest.fixture(params=["embedded", pytest.param("solr", marks=pytest.mark.services)])
def site(request, functional):
    portal = functional["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    tool = api.portal.get_tool("portal_workflow")
    tool.setDefaultChain("simple_publication_workflow")
    if request.param == "solr":
        server = request.getfixturevalue("solr")
        server.empty()
        request.getfixturevalue("configured")(server.url)
    sm = getGlobalSiteManager()
    utility = Feedback()
    sm.registerUtility(utility, ISearchableRecords, KEY)
    yield portal
    sm.unregisterUtility(utility, ISearchableRecords, KEY)
    if request.param == "solr":
        server.empty()


def page(site, id, state="publish", **values):
    found = api.content.create(site, "Document", id, title=id.title())
    if state:
        api.content.transition(found, state)
    if values:
        get_record(found, KEY).update(values)
    return found


def drain(site):
    transaction.commit()
    # The registry keeps what it has read for the length of a request.
    before = getRequest()
    clearRequest()
    for _ in range(3):
        drain_once(site)
    setRequest(before)
    transaction.begin()
    if (service := service_of(site, "solr")) is not None:
        pysolr.Solr(service.url).commit()


def titles(site, text="", **params):
    found = search(site, {"text": text, **params})
    assert not found.asked.problems
    assert not found.lag.scanned, found.lag.problem
    return [one.title for one in Reader(found, str).shown(found.found.hits)]


def test_a_record_is_found_by_its_fields(site):
    page(site, "one", remark="Sehr schöne Straße", stars=5, topics=["roads"])
    page(site, "two", remark="nothing", stars=1)
    drain(site)

    assert titles(site, "strasse") == ["One"]
    assert titles(site, "stars:1..3") == ["Two"]
    assert titles(site, **{"f.topics": "roads"}) == ["One"]


def test_a_record_of_another_type_is_left_out_however_it_is_met(site):
    other = api.content.create(site, "News Item", "other", title="Other")
    get_record(other, KEY).update({"remark": "alpha"})
    drain(site)

    assert titles(site, "alpha") == []
    # Found one by one, and gone through as a whole, alike.
    assert all(one.is_good for one in check(site))


def test_a_record_follows_its_content(site):
    one = page(site, "one", remark="alpha")
    drain(site)
    get_record(one, KEY)["remark"] = "beta"
    drain(site)
    assert titles(site, "alpha") == [] and titles(site, "beta") == ["One"]

    api.content.delete(one)
    drain(site)

    assert titles(site, "beta") == []
    assert all(checked.is_good for checked in check(site))


def test_a_record_is_seen_by_who_may_see_its_content(site):
    one = page(site, "one", state=None, remark="alpha")
    page(site, "two", remark="alpha")
    drain(site)
    assert sorted(titles(site, "alpha")) == ["One", "Two"]
    logout()
    found = search(site, {"text": "alpha"}).found
    assert found.total == 1
    assert titles(site, "alpha") == ["Two"]

    login(site, TEST_USER_NAME)
    api.content.transition(one, "publish")
    drain(site)
    logout()

    assert sorted(titles(site, "alpha")) == ["One", "Two"]


def test_what_became_private_is_not_shown_even_before_the_index_knows(site):
    two = page(site, "two", remark="alpha")
    drain(site)
    api.content.transition(two, "retract")
    transaction.commit()
    logout()

    assert titles(site, "alpha") == []


def test_pages_and_submissions_are_found_together(site):
    page(site, "penguins")
    form = make_form()
    submit(form, {"name": "penguins", "message": "x"})
    drain(site)
    assert titles(site, "penguins") == ["Contact us"]
    name = "collective.hoard.search_types"
    api.portal.set_registry_record(name, ("Document",))
    drain(site)

    assert sorted(titles(site, "penguins")) == ["Contact us", "Penguins"]
    assert all(checked.is_good for checked in check(site))

    api.portal.set_registry_record(name, ())
    drain(site)
    assert titles(site, "penguins") == ["Contact us"]
