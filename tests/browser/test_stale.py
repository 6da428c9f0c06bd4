"""Open pages while nothing is heard: the database is away, the poller stopped, the
session over, the site down. Time is made to pass in the browser."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.tables_poller import poller
from collective.hoard.watch import engines
from pathlib import Path
from sqlalchemy import update
from watch.conftest import configure
import pytest
import time


pytestmark = pytest.mark.browser
PAGES = ("hoard-monitoring", "hoard-wall", "hoard-check/4", "hoard-status")


@pytest.fixture(autouse=True)
def no_wonder(page, page_errors):
    """The browser's console says what failed, as it should."""
    yield
    page_errors.clear()


def opened(page, site_url, name):
    page.under_way = under_way = set()
    page.on("request", lambda request: under_way.add(request))
    for event in ("requestfinished", "requestfailed"):
        page.on(event, lambda request: under_way.discard(request))
    page.clock.install()
    page.goto(f"{site_url}/@@{name}")
    page.locator("#hoard-live").wait_for()


def pass_time(page, seconds):
    """Let *seconds* pass, and wait for the answers between."""
    for _step in range(0, seconds, 5):
        page.clock.run_for(5000)
        page.wait_for_timeout(50)
        end = time.monotonic() + 60
        while page.under_way and time.monotonic() < end:
            page.wait_for_timeout(10)
        # What an answer starts in the page.
        page.wait_for_timeout(50)


def is_grey(page):
    return page.evaluate(
        "getComputedStyle(document.querySelector('#hoard-live')).filter"
    ).startswith("grayscale(1")


@pytest.fixture
def away(watched):
    """Take the database away, and bring it back."""
    path, elsewhere = Path(watched), Path(f"{watched}.away")

    def take(back=False):
        engines.forget()
        (elsewhere if back else path).rename(path if back else elsewhere)

    return take


@pytest.mark.parametrize("name", PAGES)
def test_without_news_a_page_loses_its_colours(site_url, keeper, away, name, take):
    opened(keeper, site_url, name)
    pass_time(keeper, 10)
    assert not is_grey(keeper)
    away()

    pass_time(keeper, 75)

    notice = keeper.locator("#hoard-old")
    assert notice.is_visible()
    assert "No news since" in notice.inner_text()
    assert is_grey(keeper)
    assert (
        notice.bounding_box()["y"] < keeper.locator("#hoard-live").bounding_box()["y"]
    )
    take(keeper, f"old-{name.replace('/', '-')}", full_page=False)

    away(back=True)
    pass_time(keeper, 25)

    assert notice.is_hidden()
    assert not is_grey(keeper)


def test_why_is_said_to_those_who_may_know(site_url, keeper, away):
    opened(keeper, site_url, "hoard-monitoring")
    away()

    pass_time(keeper, 75)

    assert "hoard-poller migrate" in keeper.locator("#hoard-old").inner_text()


def test_a_site_that_is_down_is_said(watched, site_url, keeper):
    opened(keeper, site_url, "hoard-wall")
    keeper.context.set_offline(True)

    pass_time(keeper, 75)

    assert "The site does not answer" in keeper.locator("#hoard-old").inner_text()


def test_a_session_that_is_over_is_said(watched, site_url, keeper):
    opened(keeper, site_url, "hoard-wall")
    keeper.context.clear_cookies()

    pass_time(keeper, 75)

    assert "sign in again" in keeper.locator("#hoard-old").inner_text()


def test_a_short_pause_is_no_news(site_url, keeper, away):
    opened(keeper, site_url, "hoard-wall")
    away()
    pass_time(keeper, 30)
    assert keeper.locator("#hoard-old").is_hidden()
    away(back=True)

    pass_time(keeper, 60)

    assert keeper.locator("#hoard-old").is_hidden()


@pytest.mark.parametrize("name", ["hoard-wall", "hoard-monitoring"])
def test_a_poller_that_stops_is_said_though_nothing_changes(
    watched, site_url, keeper, name
):
    configure(refresh=30)
    opened(keeper, site_url, name)
    assert "silent" not in keeper.locator("#hoard-live").inner_text()
    engine = open_engine(watched)
    with engine.begin() as connection:
        connection.execute(update(poller).values(beat=time.time() - 65))
    engine.dispose()

    pass_time(keeper, 35)

    keeper.get_by_text("has been silent for").wait_for()


def test_the_clock_of_the_wall_ticks(watched, site_url, keeper):
    opened(keeper, site_url, "hoard-wall")
    keeper.context.set_offline(True)
    before = keeper.locator(".hoard-clock").inner_text()

    keeper.clock.run_for(61_000)

    assert keeper.locator(".hoard-clock").inner_text() != before


@pytest.mark.parametrize("name", ["hoard-wall", "hoard-monitoring", "hoard-status"])
def test_a_page_that_began_in_trouble_mends_itself(site_url, keeper, away, name, take):
    away()
    opened(keeper, site_url, name)
    take(keeper, f"trouble-{name}", full_page=False)
    if name == "hoard-wall":
        assert keeper.locator("#portal-top").count() == 0
    away(back=True)

    pass_time(keeper, 25)

    keeper.locator("#hoard-live .hoard-mark").first.wait_for()
