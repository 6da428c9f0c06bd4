"""What everybody may see: the status page, its feed, badges; and nothing else."""

from bs4 import BeautifulSoup
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.watch import engines
from collective.hoard.watch import settings
from collective.hoard.watch import times
from collective.hoard.watch.interfaces import Refused
from collective.hoard.watch.writing import acts
from forms.accessibility import problems
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import status
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from sqlalchemy import event
from sqlalchemy import update
from watch.conftest import configure
from watch.world import HOSTILE
from xml.etree import ElementTree
import pytest
import re
import time
import transaction


ATOM = "{http://www.w3.org/2005/Atom}"


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
    acts.publish(2, "Mail was slow")
    page = open_page(visitor, public, "hoard-status-feed")

    feed = ElementTree.fromstring(page.encode())
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{atom}feed"
    ids = [entry.find(f"{atom}id").text for entry in feed.iter(f"{atom}entry")]
    assert len(ids) == len(set(ids))
    assert all(entry.find(f"{atom}updated").text for entry in feed.iter(f"{atom}entry"))


def test_only_published_incidents_of_public_checks_are_shown(public, visitor, names):
    assert "The disk was full" not in open_page(visitor, public, "hoard-status")

    acts.publish(1, "A disk")

    # Of a group that is not public.
    assert "The disk was full" not in open_page(visitor, public, "hoard-status")
    configure(public_groups=["shops"])
    page = open_page(visitor, public, "hoard-status")
    assert "The disk was full" in page
    assert HOSTILE not in page


@pytest.fixture
def named(public, names, database):
    """A published incident that has the name of its check for a title; number 1."""
    configure(public_groups=["shops"])
    name = next(name for name, number in names.items() if number == 4)
    engine = open_engine(database)
    with engine.begin() as connection:
        query = update(t.incident).where(t.incident.c.id == 1)
        connection.execute(query.values(public=True, title=name))
    engine.dispose()
    return name


@pytest.mark.parametrize("page_name", ["hoard-status", "hoard-status-feed"])
def test_an_incident_never_shows_the_name_of_its_check(
    public, visitor, named, page_name
):
    page = open_page(visitor, public, page_name)

    assert "The disk was full" in page
    assert named not in page
    assert "Incident" in page


@pytest.mark.parametrize("title", ["", "  ", "https://site-03.example.org"])
def test_the_public_page_needs_a_title_of_its_own(public, names, title):
    with pytest.raises(Refused):
        acts.publish(1, title)


def test_who_publishes_writes_the_title(public, visitor, names):
    configure(public_groups=["shops"])
    user = manager(public)
    user.open(f"{public['portal'].absolute_url()}/@@hoard-incidents/1")
    assert user.getControl(name="title").value == ""
    user.getControl(name="title").value = "No orders were taken"
    user.getControl(name="publish").click()

    assert "No orders were taken" in open_page(visitor, public, "hoard-status")


def test_who_may_only_take_care_publishes_nothing(public, visitor, names):
    configure(public_groups=["shops"])
    setRoles(public["portal"], TEST_USER_ID, ["Editor"])
    transaction.commit()
    user = browser(public, TEST_USER_NAME, TEST_USER_PASSWORD)
    page = open_page(user, public, "hoard-incidents/1")
    token = BeautifulSoup(page, "html.parser").find(attrs={"name": "_authenticator"})
    assert 'name="publish"' not in page

    user.post(
        f"{public['portal'].absolute_url()}/@@hoard-incidents/1",
        f"publish=1&title=Now&_authenticator={token['value']}",
    )

    assert "The disk was full" not in open_page(visitor, public, "hoard-status")


def test_notes_begin_at_the_left(public, visitor, named):
    page = open_page(visitor, public, "hoard-status")

    assert (
        BeautifulSoup(page, "html.parser")
        .find(class_="hoard-said")
        .text.startswith("The disk")
    )


def test_a_coming_window_is_news_once(public, visitor, monkeypatch):
    now = int(time.time())
    title = "The radio rebuilds its server"
    number = acts.add_window(title, now + 86400, now + 90000, "ada")

    feeds = []
    for later in (0, 3600):
        monkeypatch.setattr(times, "now", lambda later=later: now + later)
        page = open_page(visitor, public, "hoard-status-feed")
        feed = ElementTree.fromstring(page.encode())
        feeds.append(
            [
                (e.find(f"{ATOM}id").text, e.find(f"{ATOM}updated").text)
                for e in feed.iter(f"{ATOM}entry")
                if title in e.find(f"{ATOM}title").text
            ]
        )

    assert feeds[0] == feeds[1]
    ((key, updated),) = feeds[0]
    assert key.endswith(f"#maintenance-{number}-{now + 86400}")
    assert updated <= times.iso(now + 5)


def test_ids_of_the_feed_are_addresses(public, visitor):
    acts.add_window("Blanks “and” more", int(time.time()), int(time.time()) + 99, "ada")
    page = open_page(visitor, public, "hoard-status-feed")

    for one in ElementTree.fromstring(page.encode()).iter(f"{ATOM}id"):
        assert re.fullmatch(r"[!-;=?-~]+", one.text)


def test_the_feed_keeps_spaces_and_languages_apart(public, visitor, names):
    title = "Move\N{NO-BREAK SPACE}\N{EM DASH} 5\N{NARROW NO-BREAK SPACE}h"
    now = times.now()
    turned = f"{title}\N{RIGHT-TO-LEFT OVERRIDE}"
    acts.add_window(turned, now + 600, now + 900, "ada", "group:web")

    feed = ElementTree.fromstring(open_page(visitor, public, "hoard-status-feed"))

    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert f"Maintenance: {title}" in titles
    assert visitor.headers["Vary"] == "Accept-Language"


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
