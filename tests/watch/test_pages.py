"""Every page of monitoring, over a month of history."""

from bs4 import BeautifulSoup
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.tables_poller import problem
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.watch.reading import public
from collective.hoard.watch.writing import acts
from collective.hoard.watch.writing import checks
from forms.accessibility import problems
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import shows_no_traceback
from forms.browsing import status
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from sqlalchemy import insert
from sqlalchemy import update
from watch.world import HOSTILE
import json
import pytest
import time


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
    "hoard-rules-edit",
    "hoard-rules-edit?kind=rule&name=front",
    "hoard-rules-edit?all=1",
)


@pytest.fixture
def visitor(site):
    return browser(site)


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


@pytest.mark.parametrize(
    "stored,shown",
    [
        ("FREQ=WEEKLY", "Every week"),
        ("FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;BYDAY=SU"),
    ],
)
def test_how_often_a_window_comes_is_said_in_words(site, user, stored, shown):
    now = int(time.time())
    acts.add_window("Updates", now, now + 60, "ada", recurrence=stored)

    soup = BeautifulSoup(open_page(user, site, "hoard-maintenance"), "html.parser")

    when = soup.select("table.hoard-table tbody td")[0]
    assert shown in when.text
    assert (stored in when.text) == (stored == shown)


@pytest.mark.parametrize("page", ["hoard-check/2?days=30", "hoard-incidents/1"])
def test_who_signs_in_comes_to_the_page_that_was_asked_for(site, visitor, page):
    open_page(visitor, site, page)

    visitor.getControl(name="__ac_name").value = SITE_OWNER_NAME
    visitor.getControl(name="__ac_password").value = SITE_OWNER_PASSWORD
    visitor.getControl("Log in").click()

    assert visitor.url.endswith(page)
    assert status(visitor) == 200


@pytest.mark.parametrize("days", [1, 7, 30, 90, 365, 3])
@pytest.mark.parametrize("number", [1, 8, 10, 41])
def test_a_check_over_any_period(site, user, number, days):
    html = open_page(user, site, f"hoard-check/{number}?days={days}")

    assert status(user) == 200
    assert problems(html) == []


def test_a_check_of_which_nothing_is_known(site, user):
    number = checks.add({"kind": "passive", "name": "backup"})

    html = open_page(user, site, f"hoard-check/{number}")

    assert status(user) == 200
    assert "not known" in html
    assert problems(html) == []
    checks.remove(number)
    assert "This check was removed" in open_page(user, site, f"hoard-check/{number}")


def test_why_a_check_does_not_run(site, user, database):
    number = checks.add({"kind": "https", "name": "far", "host": "a.example.org"})
    store = Store(open_engine(database))
    rows = [
        (store.ensure_source("local", "local"), "no port"),
        *(
            (store.ensure_source(name, "satellite"), f"no {name}")
            for name in ("berlin", "gone")
        ),
    ]
    with store.engine.begin() as connection:
        params = {"where": ["berlin"]}
        own = t.check.c.id == number
        connection.execute(update(t.check).where(own).values(params=params))
        for source, text in rows:
            row = {"check_id": number, "source_id": source, "since": 1, "text": text}
            connection.execute(insert(problem).values(**row))

    html = open_page(user, site, f"hoard-check/{number}")

    page = " ".join(BeautifulSoup(html, "html.parser").get_text().split())
    assert "It does not run: no port It does not run at berlin: no berlin" in page
    assert "no gone" not in page


@pytest.mark.parametrize(
    "name",
    [
        "hoard-check",
        "hoard-check/999",
        "hoard-check/x",
        "hoard-check/1/nonsense",
        "hoard-check/%C2%B2",
        "hoard-check/99999999999999999999",
        "hoard-incidents/999",
        "hoard-incidents/1/2",
    ],
)
def test_what_is_not_there_is_not_found(site, user, name):
    open_page(user, site, name)

    assert status(user) == 404
    assert shows_no_traceback(user)
    assert problems(contents(user)) == []
    assert "There is nothing here." in user.contents


@pytest.mark.parametrize(
    "query",
    ["", "since=1&until=2", "since=9999999999999&until=1", "width=0", "width=999999999",
     "since=0&until=9999999999999", "since=x"],
)  # fmt: skip
def test_points_of_any_period(site, user, query):
    html = open_page(user, site, f"hoard-check/1/latency?{query}")

    found = json.loads(html)
    assert {len(column) for column in found.values()} == {len(found["start"])}
    assert len(found["start"]) <= 2001


def test_points_keep_the_peaks(site, user):
    html = open_page(user, site, "hoard-check/2/latency?width=50")

    found = json.loads(html)
    assert max(found["high"]) > 2 * max(found["middle"])
    assert all(
        a <= b <= c
        for a, b, c in zip(found["low"], found["middle"], found["high"], strict=True)
    )


@pytest.fixture
def young(site, database):
    """The number of a check that was watched for a slot before it was up."""
    number = checks.add({"kind": "passive", "name": "young", "fresh": 900})
    engine = open_engine(database)
    now = int(time.time())
    with engine.begin() as connection:
        query = update(t.check).where(t.check.c.id == number)
        since = (now - 60) // 600 * 600 - 600
        connection.execute(query.values(monitored_since=since, created=since))
    sample = Sample("young", "local", now - 60, "ok", values={"warmth": (18.5, "°C")})
    Store(engine).record([sample])
    engine.dispose()
    return number


def rows_of_log(html):
    """``[(state, since, for)]`` of the table of changes."""
    section = BeautifulSoup(html, "html.parser").find(id="hoard-log").parent
    return [
        tuple(
            " ".join(cell.text.split()).lstrip("✓!✕?– ")
            for cell in row.find_all("td")[:3]
        )
        for row in section.tbody.find_all("tr")
    ]


def test_before_it_was_watched_a_check_is_not_monitored(site, user, young):
    html = open_page(user, site, f"hoard-check/{young}")

    rows = rows_of_log(html)
    assert [row[0] for row in rows] == ["Up", "Unknown", "Not monitored"]
    assert rows[-1][1:] == ("before", "")
    strip = BeautifulSoup(html, "html.parser").find(class_="hoard-strip")
    longest = max(strip.find_all("rect")[1:], key=lambda bar: float(bar["width"]))
    assert longest.title.text.startswith("Not monitored")


def test_on_the_public_page_it_is_not_monitored_either(site, user, young, database):
    engine = open_engine(database)
    with engine.connect() as connection:
        now = int(time.time())
        rows = public.histories(connection, [young], now - 30 * 86400, now)[young]
    engine.dispose()

    assert [row[2] for row in rows] == ["unmonitored", "unknown", "ok"]


def test_a_state_that_began_before_the_period_says_when(site, user):
    """Check 9 has been too slow for a month."""
    html = open_page(user, site, "hoard-check/10?days=7")

    assert [(state, lasts) for state, _since, lasts in rows_of_log(html)] == [
        ("Warning", "30 d")
    ]


def test_values_have_a_chart(site, user, young):
    soup = BeautifulSoup(open_page(user, site, f"hoard-check/{young}"), "html.parser")

    chart = soup.find(id="hoard-metrics").parent.find(class_="hoard-chart")
    assert chart["data-unit"] == "°C"
    assert "20 °C" in chart.text
    user.open(chart["data-url"])
    assert json.loads(contents(user))["middle"] == [18.5]


def test_values_of_another_check_are_not_there(site, user, young):
    soup = BeautifulSoup(open_page(user, site, f"hoard-check/{young}"), "html.parser")
    url = soup.find(id="hoard-metrics").parent.find(class_="hoard-chart")["data-url"]

    user.open(url.replace(f"/{young}/", "/1/"))

    assert status(user) == 404


def test_the_macros_are_no_page(site, visitor, user):
    for someone in (visitor, user):
        open_page(someone, site, "hoard-watch-macros")
        assert status(someone) == 404


@pytest.mark.parametrize(
    "name",
    [
        "hoard-check/99999999999999999999",
        "hoard-check/999999999",
        "hoard-check/1/latency?since=99999999999999999999&until=99999999999999999999",
        "hoard-check/1/latency?since=1&until=999999999999&width=99999999999999",
        "hoard-check/1?days=99999999999999999999",
        "hoard-check-edit?id=99999999999999999999",
        "hoard-check-edit?id=99999999999",
        "hoard-incidents/99999999999999999999",
        "hoard-incidents?page=99999999999999999999",
        "hoard-monitoring?page=9999999999999",
        "hoard-availability?since=0001-01-01&until=9999-12-31",
        "hoard-availability?since=2026-01-01&until=9999-12-31&page=99999999999",
        "hoard-availability?since=1971-01-01&until=2199-12-31",
        "hoard-changes?since=99999999999999999",
        "hoard-changes?since=99999999999999999999999999",
    ],
)
def test_no_number_is_too_large(site, user, name):
    open_page(user, site, name)

    assert status(user) in (200, 304, 404)
    assert shows_no_traceback(user)
