"""The same over HTTP: the page, the export and the REST service."""

from collective.hoard.outbox import drain_once
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from urllib.parse import urlencode
import pysolr
import pytest
import transaction


HOSTILE = [
    "{!term f=uid_s v=other}",
    "*:* OR {!lucene}uid_s:*",
    '_query_:"{!func}1"',
    "alpha^1e99 ~5 [* TO *] /.*/ ?*",
    "(" * 10_000,
    '"' * 999,
    "\x00\x1f\x1b\x7f",
    "%ff%fe",
    "\ud800",
    "<script>alert(1)</script>",
    "",
]
NAMES = (
    "text f.name f.agreed from.name since until month sort facet form size cursor "
    "scan format f.{!x} fq qt core rows q json.facet text:record f.name:list "
    "text.x:records form:tuple -C"
).split()


@pytest.fixture(params=["embedded", pytest.param("solr", marks=pytest.mark.services)])
def site(request, functional, configured):
    portal = functional["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    if request.param == "solr":
        server = request.getfixturevalue("solr")
        server.empty()
        configured(server.url)
    mine, other = make_form("mine"), make_form("other")
    add_row(mine, {"name": "alpha", "message": "visible"})
    add_row(other, {"name": "alpha", "message": "forbidden-fruit"})
    add_user(mine, "Member")
    mine.manage_setLocalRoles("member", ["Editor"])
    transaction.commit()
    for _ in range(3):
        drain_once(portal)
    if request.param == "solr":
        # What the tests ask for shall be there to be found.
        pysolr.Solr(server.url).commit()
    return functional["app"], portal, mine


def contents(browser):
    found = browser.contents
    return found if isinstance(found, str) else found.decode("utf-8", "replace")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_request_breaks_the_site_or_shows_more(site, text):
    app, portal, mine = site
    value = text.encode("utf-8", "surrogatepass")
    # Names that Zope itself cannot put together do not get as far as to us.
    together = urlencode([(name, value) for name in NAMES if ":" not in name])
    # One by one without the frame of the site's pages, which takes longest.
    more = [("text", "alpha"), ("ajax_load", "1")]
    queries = [together, *(urlencode([(n, value), *more]) for n in NAMES)]
    # A visitor may read no form: what is asked is read, and no index is asked.
    for user, asked in (("member", queries), (None, queries[:2])):
        client = browser(app, user)
        client.followRedirects = True
        rest = browser(app, user)
        rest.addHeader("Accept", "application/json")
        for query in asked:
            # What a server would not take as an address is no test of ours.
            query = query[:20_000]
            for context in (portal, mine):
                url = context.absolute_url()
                for one, view in ((client, "@@hoard-search"), (rest, "@hoard-search")):
                    one.open(f"{url}/{view}?{query}")
                    assert status(one) < 500, (view, query, one.contents)
                    assert "forbidden-fruit" not in contents(one)
                    assert "<script>alert(1)" not in contents(one)
            client.open(f"{portal.absolute_url()}/@@hoard-search-export?{query}")
            assert status(client) < 500
            assert "forbidden-fruit" not in contents(client)


@pytest.mark.parametrize("query", ["text:int=5", "f.name:int:list=5", "sort:tuple=a"])
def test_values_that_are_no_text_are_refused_in_words(site, query):
    app, portal, mine = site
    client = browser(app, "member")
    client.open(f"{mine.absolute_url()}/@@hoard-search?{query}")

    assert status(client) == 200
    assert "alert-warning" in client.contents


def test_what_is_asked_for_in_vain_is_still_there(site):
    app, portal, mine = site
    client = browser(app, "member")
    client.open(f"{portal.absolute_url()}/@@hoard-search?text=alpha")
    assert "visible" in client.contents
