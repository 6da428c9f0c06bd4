"""The overview and the report: order, filter, pages, periods, CSV."""

from bs4 import BeautifulSoup
from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.watch import times
from datetime import date
from forms.browsing import contents
from forms.browsing import shows_no_traceback
from forms.browsing import status
from plone import api
from sqlalchemy import insert
from sqlalchemy import update
import csv
import io
import pytest
import time
import transaction


@pytest.fixture
def show(site, user):
    """``show(name)`` -> the page as soup."""

    def show(name):
        user.open(f"{site['portal'].absolute_url()}/@@{name}")
        return BeautifulSoup(contents(user), "html.parser")

    return show


def states(soup):
    rows = soup.select("#hoard-live tbody tr")
    return [row.select_one(".hoard-mark span").text for row in rows]


def test_the_worst_comes_first(show):
    found = states(show("hoard-monitoring"))

    assert len(found) == 40
    assert found[:4] == ["Down", "Down", "Unknown", "Warning"]
    assert set(found[4:]) == {"Up"}


@pytest.mark.parametrize(
    "query,count",
    [
        ("status=crit", 2),
        ("group=web", 10),
        ("group=shops&status=crit", 2),
        ("text=SITE-03", 1),
        ("text=10.1.2.3", 11),
        ("text=%25", 0),
        ("text=_", 0),
        ("text=%27%3B--", 0),
        ("status=nonsense", 40),
        ("group=nonsense", 0),
        ("page=99", 40),
        ("page=x", 40),
        ("text:list=a&page:int=b", 40),
    ],
)
def test_the_list_is_narrowed(show, user, query, count):
    soup = show(f"hoard-monitoring?{query}")

    assert shows_no_traceback(user)
    if status(user) == 200:
        assert len(states(soup)) == count


def test_the_counts_are_of_the_group(show):
    soup = show("hoard-monitoring?group=shops")

    counts = [tag.text for tag in soup.select(".hoard-count strong")]
    assert counts == ["2", "1", "0", "7", "0"]


def test_thousands_of_checks_come_in_pages(show, database, user):
    engine, now = open_engine(database), int(time.time())
    with engine.begin() as connection:
        many = range(100, 4100)
        connection.execute(
            insert(t.check),
            [{"id": i, "name": f"n{i}", "kind": "https", "created": now} for i in many],
        )
        connection.execute(
            insert(t.standing),
            [
                {"check_id": i, "status": 0, "since": now, "provisional": False,
                 "closed": now, "seq": 1} for i in many
            ],
        )  # fmt: skip
    engine.dispose()

    soup = show("hoard-monitoring")
    assert len(states(soup)) == 50
    assert len(contents(user).encode()) < 200_000
    assert soup.find("a", rel="next")["href"].endswith("page=2")
    assert len(states(show("hoard-monitoring?page=81"))) == 40


def test_what_nobody_looks_after_any_more_is_unknown(show, database):
    """Also before the poller has written that."""
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(update(t.standing).values(stale=int(time.time()) - 1))
    engine.dispose()

    assert set(states(show("hoard-monitoring"))) == {"Unknown"}


def test_a_silent_poller_is_told_of(show, database):
    from collective.hoard.monitoring.database.tables_poller import poller

    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(update(poller).values(beat=int(time.time()) - 7200))
    engine.dispose()

    for name in ("hoard-monitoring", "hoard-wall"):
        assert "has been silent for 2 h" in " ".join(show(name).text.split())


def report(user):
    return list(csv.DictReader(io.StringIO(contents(user))))


def test_the_csv_has_every_check(show, user):
    show("hoard-availability?format=csv")

    rows = report(user)
    assert len(rows) == 40
    assert user.headers["Content-Type"].startswith("text/csv")
    assert all(float(row["coverage"]) <= 1 for row in rows)
    seconds = ("up_s", "down_s", "unknown_s", "unmonitored_s", "maintenance_s")
    assert len({sum(int(row[key]) for key in seconds) for row in rows}) == 1


def test_no_cell_of_the_csv_is_a_formula(show, user, database):
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(update(t.check).values(title="=1+1"))
    engine.dispose()

    show("hoard-availability?format=csv")

    assert {row["title"] for row in report(user)} >= {"'=1+1"}


@pytest.mark.parametrize(
    "query,words",
    [
        ("since=2026-02-30", "is not a date"),
        ("since=0001-01-01", "is not a date"),
        ("since=%3Cscript%3E", "is not a date"),
        ("since=2026-11-02&until=2026-11-01", "ends before it begins"),
        ("since=2040-01-01&until=2040-01-02", "nothing to add up"),
    ],
)
def test_a_wrong_period_is_told_of(show, user, query, words):
    soup = show(f"hoard-availability?{query}")

    assert status(user) == 200
    assert words in soup.text
    assert "<script>" not in str(soup.find(id="content"))


def test_days_are_those_of_the_site(site):
    api.portal.set_registry_record("plone.portal_timezone", "Europe/Berlin")
    transaction.commit()

    # The days on which clocks are put forward and back.
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        since, until = times.period(day, day)
        assert until - since == hours * 3600
    assert times.iso(times.start_of(date(2026, 1, 1))) == "2025-12-31T23:00:00+00:00"


def test_a_rule_is_explained(show):
    lines = show("hoard-rules?explain=front").pre.text.splitlines()

    assert lines[0] == "front is ok"
    assert lines[1].startswith("  true") and "up(group:web)" in lines[1]


def test_people_find_monitoring_in_their_menu(show):
    assert show("sitemap").find(
        "a", href=lambda h: h and h.endswith("@@hoard-monitoring")
    )
