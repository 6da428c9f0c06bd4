"""Monitoring in a real browser: pages, wallboard, phone, zooming, live changes.

``HOARD_PICTURES=folder`` keeps pictures of the pages.
"""

from collective.hoard.watch import engines
from pathlib import Path
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from watch import world
from watch.conftest import configure
import os
import pytest
import shutil


pytestmark = pytest.mark.browser
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
SCREEN = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}


@pytest.fixture(scope="session")
def watched_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "full.db"
    return path, world.make(str(path))


@pytest.fixture
def watched(server, watched_file, tmp_path):
    """The path of a database that the site shows."""
    path = str(shutil.copy(watched_file[0], tmp_path / "hoard.db"))
    configure(database=path, public=True, public_groups=["web", "mail"], refresh=5)
    yield path
    engines.forget()


@pytest.fixture
def take(tmp_path):
    folder = Path(os.environ.get("HOARD_PICTURES") or tmp_path)
    folder.mkdir(exist_ok=True, parents=True)

    def take(page, name, full_page=True):
        page.wait_for_timeout(700)
        page.screenshot(path=folder / f"monitoring-{name}.png", full_page=full_page)

    return take


@pytest.fixture
def keeper(page, log_in):
    page.set_viewport_size(DESKTOP["viewport"])
    log_in(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    return page


def overflows(page):
    """Whether one has to scroll sideways."""
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )


PAGES = {
    "overview": "hoard-monitoring",
    "check": "hoard-check/4?days=30",
    "availability": "hoard-availability",
    "rules": "hoard-rules?explain=front",
    "incidents": "hoard-incidents",
    "incident": "hoard-incidents/1",
    "maintenance": "hoard-maintenance",
    "edit": "hoard-check-edit",
    "import": "hoard-checks-import",
    "settings": "hoard-monitoring-settings",
}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_fit(watched, site_url, keeper, take, size):
    keeper.set_viewport_size(size["viewport"])
    wide = []
    for name, view in PAGES.items():
        keeper.goto(f"{site_url}/@@{view}")
        take(keeper, f"{name}-{'phone' if size is PHONE else 'desktop'}")
        if overflows(keeper):
            wide.append(name)
    assert wide == []


@pytest.mark.parametrize("visitor_page", [PHONE, DESKTOP], indirect=True)
def test_status_page(watched, site_url, visitor_page, take):
    visitor_page.goto(f"{site_url}/@@hoard-status")
    take(visitor_page, f"status-{visitor_page.viewport_size['width']}")
    assert visitor_page.locator("h2").count() == 2
    assert not overflows(visitor_page)


def test_wallboard_fills_the_screen(watched, site_url, keeper, take):
    keeper.set_viewport_size(SCREEN["viewport"])
    keeper.goto(f"{site_url}/@@hoard-wall")
    take(keeper, "wall", full_page=False)
    keeper.goto(f"{site_url}/@@hoard-wall?group=web")
    take(keeper, "wall-group", full_page=False)

    assert not overflows(keeper)
    assert keeper.evaluate("document.documentElement.scrollHeight <= innerHeight")
    small = keeper.evaluate(
        "[...document.querySelectorAll('.wall-label')]"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(small) >= 24
