"""Every page of monitoring, over a month of history."""

from forms.accessibility import problems
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import shows_no_traceback
from forms.browsing import status
from watch.world import HOSTILE
import pytest


PAGES = (
    "hoard-monitoring",
    "hoard-check/1",
    "hoard-check/4?days=30",
    "hoard-availability",
    "hoard-rules",
    "hoard-rules?explain=front",
    "hoard-incidents",
    "hoard-incidents/1",
    "hoard-maintenance",
    "hoard-check-edit",
    "hoard-check-edit?id=6",
    "hoard-checks-import",
)


@pytest.fixture
def visitor(site):
    return browser(site)


@pytest.fixture
def user(site):
    return manager(site)


def open_page(user, site, name):
    user.open(f"{site['portal'].absolute_url()}/@@{name}")
    return contents(user)


@pytest.mark.parametrize("name", [*PAGES, "hoard-wall"])
def test_everybody_can_use_the_page(site, user, name):
    html = open_page(user, site, name)

    assert status(user) == 200
    assert problems(html) == []


@pytest.mark.parametrize("name", [*PAGES, "hoard-wall"])
def test_hostile_texts_stay_texts(site, user, name):
    html = open_page(user, site, name)

    assert status(user) == 200
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert shows_no_traceback(user)


@pytest.mark.parametrize("name", [*PAGES, "hoard-wall", "hoard-changes"])
def test_visitors_see_none_of_it(site, visitor, name):
    html = open_page(visitor, site, name)

    assert "site-0" not in html
    assert HOSTILE[:8] not in html
