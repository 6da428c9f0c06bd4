"""Monitoring in a real browser: pages, wallboard, phone, zooming, live changes."""

from browser.sizes import DESKTOP
from browser.sizes import overflows
from browser.sizes import PHONE
from browser.sizes import SCREEN
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.watch import engines
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from servers.server import free_port
from sqlalchemy import insert
from sqlalchemy import select
from watch import world
from watch.conftest import configure
import pytest
import socket
import subprocess
import sys
import time


pytestmark = pytest.mark.browser
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


LONG = "a-name-without-any-place-to-break-it-" * 5


def test_long_names_fit_on_a_phone(watched, site_url, keeper, take):
    record(watched, "crit", LONG)
    number = number_of(watched, LONG)
    engine = open_engine(watched)
    with engine.begin() as connection:
        connection.execute(
            insert(t.incident).values(
                title=LONG, check_id=number, since=int(time.time()), severity=2
            )
        )
        # Typed by a person: a word without any place to break it.
        care = {"check_id": number, "since": int(time.time()), "author": "ada"}
        connection.execute(insert(t.ack).values(text="9" * 200, **care))
    engine.dispose()
    keeper.set_viewport_size(PHONE["viewport"])
    wide = []
    for name in (
        f"hoard-check/{number}",
        f"hoard-check-edit?id={number}",
        "hoard-incidents/3",
        "hoard-incidents",
        "hoard-monitoring",
    ):
        keeper.goto(f"{site_url}/@@{name}")
        if overflows(keeper):
            wide.append(name)
    take(keeper, "long-phone")
    assert wide == []


def test_all_tabs_are_seen_on_a_phone(watched, site_url, keeper, take):
    keeper.set_viewport_size(PHONE["viewport"])
    keeper.goto(f"{site_url}/@@hoard-monitoring")

    right = keeper.evaluate(
        "Math.max(...[...document.querySelectorAll('.hoard-nav a')]"
        ".map(e => e.getBoundingClientRect().right))"
    )

    assert keeper.locator(".hoard-nav a").count() == 8
    assert right <= PHONE["viewport"]["width"]
    take(keeper, "tabs-phone", full_page=False)


def test_what_is_scrolled_can_be_reached_by_keys(watched, site_url, keeper):
    keeper.goto(f"{site_url}/@@hoard-check/4?days=30")

    box = keeper.locator("section[aria-labelledby=hoard-log] > .hoard-scroll")

    box.focus()
    assert box.evaluate("e => document.activeElement === e")


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


SIZES = """[...document.querySelectorAll('.wall-label, .wall-state, .wall-names')]
    .map(e => parseFloat(getComputedStyle(e).fontSize))"""
CUT = """[...document.querySelectorAll('.wall-text')]
    .filter(e => e.scrollHeight > e.closest('.wall-tile').clientHeight
        || e.scrollHeight > e.clientHeight + 1).length"""


@pytest.fixture
def wall_of(server, tmp_path):
    """Make a database of so many checks in one group."""

    def make(count):
        path = str(tmp_path / f"{count}.db")
        world.make_wall(path, count)
        configure(database=path)

    yield make
    engines.forget()


@pytest.mark.parametrize("count,least", [(6, 40), (15, 32), (20, 32), (40, 32)])
def test_wallboard_is_read_from_four_metres(
    wall_of, site_url, keeper, take, count, least
):
    """32 px of 1080 are 18 mm on a screen 60 cm high: 15 minutes of arc."""
    wall_of(count)
    keeper.set_viewport_size(SCREEN["viewport"])

    keeper.goto(f"{site_url}/@@hoard-wall?group=all")

    take(keeper, f"wall-{count}", full_page=False)
    assert keeper.locator(".wall-tile").count() == min(count, 24)
    assert min(keeper.evaluate(SIZES)) >= least
    assert keeper.evaluate(CUT) == 0
    assert keeper.evaluate("document.documentElement.scrollHeight <= innerHeight")


SHORTENED = """[...document.querySelectorAll('.wall-state, .wall-head h1')]
    .filter(e => e.scrollWidth > e.clientWidth).length"""


@pytest.mark.parametrize("count", [3, 15, 40])
def test_wallboard_on_a_screen_that_stands(wall_of, site_url, keeper, take, count):
    wall_of(count)
    keeper.set_viewport_size({"width": 1080, "height": 1920})

    keeper.goto(f"{site_url}/@@hoard-wall?group=all")

    take(keeper, f"wall-tall-{count}", full_page=False)
    assert min(keeper.evaluate(SIZES)) >= 32
    assert keeper.evaluate(CUT) == keeper.evaluate(SHORTENED) == 0
    clock = keeper.locator(".wall-time").bounding_box()
    assert 0 < clock["x"] < 1080 - clock["width"]
    assert keeper.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_fewer_tiles_are_larger(wall_of, site_url, keeper):
    keeper.set_viewport_size(SCREEN["viewport"])
    found = []
    for count in (2, 6, 15, 40):
        wall_of(count)
        keeper.goto(f"{site_url}/@@hoard-wall?group=all")
        found.append(keeper.evaluate(SIZES)[0])

    assert found == sorted(found, reverse=True)
    assert found[0] > 2 * found[-1]


def record(path, status, name="https://site-07.example.org", **more):
    engine = open_engine(path)
    code, store = 200 if status == "ok" else 503, Store(engine)
    store.ensure_check(name, 1800, 3700)
    store.record([Sample(name, "local", time.time() - 5, status, code, **more)])
    engine.dispose()


def number_of(path, name):
    engine = open_engine(path)
    with engine.connect() as connection:
        found = connection.scalar(select(t.check.c.id).where(t.check.c.name == name))
    engine.dispose()
    return found


def test_an_open_page_follows_changes(watched, site_url, keeper):
    """Asked every five seconds, as `refresh` says."""
    keeper.goto(f"{site_url}/@@hoard-monitoring?text=site-07")
    assert keeper.locator("tbody .hoard-unknown").count() == 1
    keeper.evaluate("window.stays = 1")

    record(watched, "ok")

    keeper.locator("tbody .hoard-ok").wait_for()
    assert keeper.evaluate("window.stays") == 1


def test_the_chart_is_zoomed_by_dragging(watched, site_url, keeper, take):
    keeper.goto(f"{site_url}/@@hoard-check/4?days=30")
    over = keeper.locator(".hoard-chart .u-over")
    over.wait_for()
    assert keeper.locator(".hoard-chart > svg").is_hidden()
    box = over.bounding_box()
    with keeper.expect_response(lambda r: "/latency?" in r.url) as found:
        keeper.mouse.move(box["x"] + 100, box["y"] + 50)
        keeper.mouse.down()
        keeper.mouse.move(box["x"] + 250, box["y"] + 60, steps=5)
        keeper.mouse.up()

    data = found.value.json()
    assert 0 < data["start"][-1] - data["start"][0] < 15 * 86400
    keeper.wait_for_timeout(300)
    take(keeper, "zoomed", full_page=False)


@pytest.mark.parametrize("days", [1, 7, 30])
def test_the_chart_shows_the_period_that_was_chosen(
    watched, site_url, keeper, take, days
):
    """However little is known of it: one answer, one value."""
    now = int(time.time())
    record(watched, "ok", "young", ms=12.0, values={"warmth": (-3.5, "°C")})

    keeper.goto(f"{site_url}/@@hoard-check/{number_of(watched, 'young')}?days={days}")

    for place in ("hoard-latency", "hoard-metrics"):
        chart = keeper.locator(f"[aria-labelledby={place}] .hoard-chart.hoard-drawn")
        chart.wait_for()
        since, until = map(int, chart.get_attribute("data-shown").split())
        assert until - since == days * 86400
        assert abs(until - now) < 60
    take(keeper, f"young-{days}")


def test_without_scripts_the_picture_is_there(watched, site_url, browser, server):
    context = browser.new_context(
        java_script_enabled=False,
        http_credentials={"username": SITE_OWNER_NAME, "password": SITE_OWNER_PASSWORD},
        extra_http_headers={"Authorization": basic()},
    )
    page = context.new_page()
    page.goto(f"{site_url}/@@hoard-check/4")
    assert page.locator(".hoard-chart svg[role=img] polyline").count() >= 1
    context.close()


def basic():
    from base64 import b64encode

    pair = f"{SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}".encode()
    return f"Basic {b64encode(pair).decode()}"


def test_the_stream_of_the_poller_is_faster(
    watched, site_url, keeper, tmp_path, monkeypatch, page_errors
):
    """A real poller beside the site; without it the page asks again."""
    monkeypatch.setenv("HOARD_TEST_EVENTS", "a secret for streams")
    port = free_port()
    origin = site_url.rpartition("/")[0]
    settings = tmp_path / "poller.toml"
    settings.write_text(
        f'[database]\nurl = "{watched}"\n'
        f'[http]\nlisten = "127.0.0.1:{port}"\norigins = ["{origin}"]\n'
        'events_secret = "env:HOARD_TEST_EVENTS"\n'
        '[poller]\nname = "nobody"\n'
    )
    configure(
        refresh=600,
        poller_url=f"http://127.0.0.1:{port}",
        live_secret="env:HOARD_TEST_EVENTS",
    )
    command = [sys.executable, "-m", "collective.hoard.monitoring.command", "run"]
    process = subprocess.Popen([*command, "--config", str(settings)])
    try:
        wait_for(port)
        keeper.goto(f"{site_url}/@@hoard-monitoring?text=site-07")
        keeper.wait_for_function(
            "document.documentElement.dataset.hoardLive == 'stream'"
        )

        record(watched, "ok")

        keeper.locator("tbody .hoard-ok").wait_for()
    finally:
        process.terminate()
        process.wait(60)
    keeper.wait_for_function("document.documentElement.dataset.hoardLive == 'polling'")
    page_errors[:] = [e for e in page_errors if str(port) not in e]


def wait_for(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the poller does not listen")


TWICE = {
    "note": ("hoard-incidents/1", {"text": "once"}, "note", t.incident_note.c.text),
    "window": (
        "hoard-maintenance",
        {
            "title": "once",
            "since": "2027-01-01T08:00",
            "until": "2027-01-01T09:00",
        },
        "add",
        t.maintenance.c.title,
    ),
}


@pytest.mark.parametrize("case", TWICE)
def test_a_double_click_is_one(watched, site_url, keeper, case):
    view, typed, button, column = TWICE[case]
    keeper.goto(f"{site_url}/@@{view}")
    for name, value in typed.items():
        keeper.fill(f"form [name={name}]", value)
    place = keeper.locator(f"button[name={button}]")
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    keeper.mouse.click(*middle)
    # As long as fingers take: a browser forgets what was clicked at once.
    keeper.wait_for_timeout(60)
    keeper.mouse.click(*middle)

    engine, end = open_engine(watched), time.monotonic() + 60
    while not once(engine, column) and time.monotonic() < end:
        keeper.wait_for_timeout(100)
    # As long as a second one might take.
    keeper.wait_for_timeout(1500)
    assert once(engine, column) == ["once"]
    engine.dispose()


def once(engine, column):
    with engine.connect() as connection:
        return connection.scalars(select(column).where(column == "once")).all()
