"""What everybody may see: the status page, its feed, badges; and nothing else."""

from bs4 import BeautifulSoup
from collective.hoard.watch import engines
from collective.hoard.watch import settings
from collective.hoard.watch.writing import acts
from forms.accessibility import problems
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import status
from sqlalchemy import event
from watch.conftest import configure
from watch.world import HOSTILE
from xml.etree import ElementTree
import pytest


@pytest.fixture
def public(site):
    configure(public=True, public_groups=["web", "mail"])
    return site


@pytest.fixture
def visitor(public):
    return browser(public)


def open_page(visitor, layer, name):
    visitor.open(f"{layer['portal'].absolute_url()}/@@{name}")
    return contents(visitor)


def test_there_is_no_page_unless_it_is_switched_on(site):
    visitor = browser(site)

    open_page(visitor, site, "hoard-status")

    assert status(visitor) == 404


def test_the_page_shows_chosen_groups_only(visitor, public):
    page = open_page(visitor, public, "hoard-status")

    soup = BeautifulSoup(page, "html.parser")
    titles = [h2.span.text for h2 in soup.find(id="content").find_all("h2")]
    assert titles == ["Mail", "Web"]
    assert problems(page) == []


@pytest.mark.parametrize("name", ["hoard-status", "hoard-status-feed"])
def test_nothing_leaks(visitor, public, name):
    page = open_page(visitor, public, name)

    assert status(visitor) == 200
    for secret in (
        "10.1.2.",
        "example.org",
        "timeout",
        "503",
        "no answer",
        "<script>alert",
    ):
        assert secret not in page.replace("www.example.org", "")
    assert "Site 01" in page or name == "hoard-status-feed"


def test_trouble_is_not_explained_to_everybody(public, visitor, tmp_path):
    configure(database=str(tmp_path / "secret-place.db"))

    page = open_page(visitor, public, "hoard-status")

    assert "not available just now" in page
    assert "secret-place" not in page
    assert "poller" not in page.lower()


def test_the_feed_is_atom(visitor, public, names):
    acts.publish(2, True)
    page = open_page(visitor, public, "hoard-status-feed")

    feed = ElementTree.fromstring(page.encode())
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{atom}feed"
    ids = [entry.find(f"{atom}id").text for entry in feed.iter(f"{atom}entry")]
    assert len(ids) == len(set(ids))
    assert all(entry.find(f"{atom}updated").text for entry in feed.iter(f"{atom}entry"))


def test_only_published_incidents_of_public_checks_are_shown(public, visitor, names):
    assert "The disk was full" not in open_page(visitor, public, "hoard-status")

    acts.publish(1, True)

    # Of a group that is not public.
    assert "The disk was full" not in open_page(visitor, public, "hoard-status")
    configure(public_groups=["shops"])
    page = open_page(visitor, public, "hoard-status")
    assert "The disk was full" in page
    assert HOSTILE not in page


@pytest.mark.parametrize(
    "query,code",
    [
        ("group=web", 200),
        ("group=shops", 404),
        ("group=nothing", 404),
        ("check=https://site-00.example.org", 200),
        ("check=https://site-03.example.org", 404),
        ("", 404),
    ],
)
def test_badges_of_public_groups(visitor, public, query, code):
    page = open_page(visitor, public, f"hoard-badge?{query}")

    assert status(visitor) == code
    if code == 200:
        assert visitor.headers["Content-Type"].startswith("image/svg+xml")
        assert "example.org" not in page
        ElementTree.fromstring(page)


def test_a_badge_with_a_hostile_name_is_xml(public):
    user = manager(public)

    page = open_page(user, public, "hoard-badge?check=https://site-05.example.org")

    title = ElementTree.fromstring(page).find("{http://www.w3.org/2000/svg}title")
    assert title.text.startswith("<script>")


def queries_of(visitor, layer, name):
    """How often a page asks the database."""
    reading, asked = engines.engine(settings.database_url(), True), []
    event.listen(reading, "before_cursor_execute", lambda *_: asked.append(1))
    open_page(visitor, layer, name)
    return len(asked)


@pytest.mark.parametrize("name", ["hoard-status", "hoard-status-feed"])
def test_a_handful_of_queries_whatever_is_shown(public, visitor, name):
    configure(public_groups=["mail"])
    few = queries_of(visitor, public, name)
    configure(public_groups=["web", "mail", "shops", "intranet"])
    many = queries_of(visitor, public, name)

    assert few == many < 20
