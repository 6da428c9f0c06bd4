"""What is metered of a site, and the report of it."""

from collective.hoard.controlpanel.ledgers import ledger_states
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.removal import remove
from collective.hoard.ledger import iter_ledgers
from collective.hoard.outbox._session import Session
from collective.hoard.outbox.sites import SiteFinder
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.watch.metering import searches
from collective.hoard.watch.metering.interfaces import NewerLayout
from collective.hoard.watch.metering.interfaces import WrongMonth
from collective.hoard.watch.metering.measuring import flush
from collective.hoard.watch.metering.measuring import write
from collective.hoard.watch.metering.report import month_report
from collective.hoard.watch.metering.scripts.report import main
from collective.hoard.watch.metering.scripts.report import own_arguments
from collective.hoard.watch.metering.stored import make_metering
from collective.hoard.watch.metering.worker import Worker
from collective.hoard.watch.metering.writing import as_csv
from datetime import datetime
from datetime import UTC
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
import csv
import io
import json
import pytest
import transaction


NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def site(functional):
    searches._counts.clear()
    yield functional["portal"]
    searches._counts.clear()


@pytest.fixture
def form(site):
    with api.env.adopt_roles(["Manager"]):
        form = make_form()
    transaction.commit()
    return form


def send(form, *moments):
    """Submissions at these (day, hour) of May 2026; their keys."""
    ledger = find_ledger(form)
    keys = []
    for day, hour in moments:
        moment = datetime(2026, 5, day, hour, tzinfo=UTC)
        ledger.clock = lambda m=moment: int(m.timestamp() * 1000)
        keys.append(ledger.add({"name": "Ada"}, schema=ledger.current_schema()))
    transaction.commit()
    return keys


def use(site, now=NOW, month="2026-05"):
    (found,) = month_report(site, month, now).forms
    return found


def by_day(site, name):
    return {day.day.day: getattr(day, name) for day in use(site).days}


@pytest.fixture
def session(site):
    found = Session(site._p_jar.db(), SiteFinder(site.getPhysicalPath()[1:]))
    yield found
    found.close()


def measure(site, session, day, hour=1):
    moment = datetime(2026, 5, day, hour, tzinfo=UTC)
    flush(session, moment.timestamp())
    transaction.begin()


def test_submissions_are_counted_on_the_day_they_came(site, form):
    send(form, (1, 0), (3, 0), (3, 23))

    days = by_day(site, "submissions")

    assert (days[1], days[2], days[3], len(days)) == (1, 0, 2, 20)
    assert use(site).submissions == 3


def test_those_of_other_months_are_left_out(site, form):
    send(form, (1, 0), (31, 23))

    assert month_report(site, "2026-04", NOW).forms == ()
    later = datetime(2026, 6, 5, tzinfo=UTC)
    assert use(site, later).submissions == 2
    assert month_report(site, "2026-05", later).complete


def test_what_is_removed_stays_counted(site, form):
    keys = send(form, (1, 0), (3, 5), (3, 6))
    remove(form, keys[:2])
    transaction.commit()

    assert len(find_ledger(form)) == 1
    days = by_day(site, "submissions")
    assert (days[1], days[3]) == (1, 2)


def test_what_is_removed_twice_is_counted_once(site, form):
    keys = send(form, (1, 0), (2, 0))
    remove(form, keys[:1])
    remove(form, [keys[0], keys[0], keys[1], keys[1], 17])

    assert use(site).submissions == 2


def test_an_abort_takes_back_what_was_counted(site, form):
    keys = send(form, (1, 0))
    remove(form, keys)
    transaction.abort()

    assert use(site).submissions == 1


def test_a_deleted_ledger_stays_in_the_report(functional, site, form):
    send(form, (1, 0), (2, 0))
    with api.env.adopt_roles(["Manager"]):
        api.content.delete(form, check_linkintegrity=False)
    transaction.commit()
    (orphan,) = ledger_states(site)
    manager = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    manager.open(f"{site.absolute_url()}/@@hoard-ledger-delete?uid={orphan.form_uid}")
    manager.getControl(name="confirm").click()
    transaction.begin()

    assert list(iter_ledgers(site)) == []
    found = use(site)
    assert (found.submissions, found.title) == (2, "Contact us")


def test_a_submission_writes_nothing_for_metering(site, form):
    send(form, (1, 0))

    assert "collective.hoard.metering" not in site.__annotations__


def test_bytes_are_those_of_the_days_end_and_the_peak(site, form, session):
    keys = send(form, (1, 0), (2, 0), (2, 1))
    measure(site, session, 2)
    remove(form, keys[1:])
    transaction.commit()
    measure(site, session, 2, 23)

    ends, peaks = by_day(site, "bytes"), by_day(site, "peak")

    assert ends[1] is peaks[1] is None
    assert 0 < ends[2] < peaks[2]
    assert ends[3] == peaks[3] == ends[20] == ends[2]


def test_when_nothing_changed_nothing_is_written(site, form, session):
    send(form, (1, 0))
    measure(site, session, 2)
    before = site._p_jar.db().lastTransaction()

    measure(site, session, 3)

    assert site._p_jar.db().lastTransaction() == before


def test_a_search_is_counted_without_writing(functional, site, form):
    send(form, (1, 0))
    manager = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    manager.open(form.absolute_url())
    before = site._p_jar.db().lastTransaction()
    path = site.getPhysicalPath()

    manager.open(f"{form.absolute_url()}/@@hoard-search?text=Ada")

    assert list(searches.waiting(path).values()) == [1]
    assert site._p_jar.db().lastTransaction() == before


def test_searches_are_in_the_report_before_and_after_a_flush(site, form, session):
    uid, path = find_ledger(form).form_uid, site.getPhysicalPath()
    day = (datetime(2026, 5, 4, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    searches.count(path, uid, 3, day)
    assert by_day(site, "searches")[4] == 3

    measure(site, session, 5)

    assert searches.waiting(path) == {}
    assert by_day(site, "searches")[4] == 3


def test_a_failed_flush_loses_no_search(site, form, session):
    path = site.getPhysicalPath()
    searches.count(path, find_ledger(form).form_uid)
    session.write = lambda change: 1 / 0

    with pytest.raises(ZeroDivisionError):
        flush(session)

    assert sum(searches.waiting(path).values()) == 1


def test_memory_does_not_grow_with_what_visitors_ask(site):
    for number in range(searches.MOST + 10):
        searches.count(("", "x"), f"uid{number}", 1, 1)

    assert len(searches._counts) == searches.MOST


def test_the_worker_writes_down_at_the_end(site, form):
    path = site.getPhysicalPath()
    searches.count(path, find_ledger(form).form_uid)
    transaction.commit()
    worker = Worker(site._p_jar.db(), interval=3600, first=3600)
    worker.start()

    worker.stop()

    assert searches.waiting(path) == {}
    transaction.begin()
    assert month_report(site, f"{datetime.now(UTC):%Y-%m}").forms[0].searches == 1


def test_two_processes_that_meet_lose_nothing(site, form, session):
    """The other one commits between our reading and our commit."""
    uid, path = find_ledger(form).form_uid, site.getPhysicalPath()
    other = Session(site._p_jar.db(), SiteFinder(path[1:]))
    flush(session)
    searches.count(path, uid, 2)
    met = []

    def write_first(site, counted, sizes, today):
        write(site, counted, sizes, today)
        if not met:
            met.append(1)
            other.write(lambda site: write(site, {(uid, today): 5}, {}, today))

    today = int(datetime.now(UTC).timestamp()) // searches.DAY
    counted = searches.waiting(path)
    session.write(lambda site: write_first(site, counted, {}, today))
    searches.settle(path, counted)
    other.close()
    transaction.begin()

    assert month_report(site, f"{datetime.now(UTC):%Y-%m}").forms[0].searches == 7


@pytest.mark.parametrize(
    "month",
    ["", "2026", "2026-13", "2026-00", "26-01", "x", "٢٠٢٦-٠١", None, "2026-06"],
)
def test_a_wrong_month_is_said(site, month):
    with pytest.raises(WrongMonth):
        month_report(site, month, NOW)


def test_a_newer_layout_is_left_alone(site, form):
    make_metering(site)["version"] = 99

    with pytest.raises(NewerLayout):
        month_report(site, "2026-05", NOW)
    keys = send(form, (1, 0))
    assert remove(form, keys) == 1


def test_the_csv_has_a_line_for_each_day(site, form):
    form.title = "=cmd()"
    form.reindexObject()
    find_ledger(form)._storage["title"] = "=cmd()"
    send(form, (1, 0))

    rows = list(csv.DictReader(io.StringIO(as_csv(month_report(site, "2026-05", NOW)))))

    assert len(rows) == 20
    assert (rows[0]["day"], rows[0]["submissions"]) == ("2026-05-01", "1")
    assert rows[0]["title"] == "'=cmd()"


def test_the_page_shows_the_totals(functional, site, form):
    send(form, (1, 0), (2, 0))
    manager = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    url = f"{site.absolute_url()}/@@hoard-metering?month=2026-05"

    manager.open(url)
    assert "Contact us" in manager.contents
    manager.open(f"{url}&format=json")
    (found,) = json.loads(manager.contents)["forms"]
    assert found["submissions"] == 2
    manager.open(f"{url}&format=csv")
    assert "metering-2026-05.csv" in manager.headers["Content-Disposition"]
    manager.open(f"{site.absolute_url()}/@@hoard-controlpanel")
    assert "@@hoard-metering" in manager.contents


def test_a_wrong_month_is_said_on_the_page(functional, site):
    manager = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    manager.raiseHttpErrors = False

    manager.open(f"{site.absolute_url()}/@@hoard-metering?month=%3Cscript%3E")

    assert "Write it as 2026-11" in manager.contents
    assert "<script>" not in manager.contents.split('id="month"')[1][:200]


def test_members_may_not_see_it(functional, site):
    member = browser(functional["app"], TEST_USER_NAME, TEST_USER_PASSWORD)
    member.raiseHttpErrors = False

    member.open(f"{site.absolute_url()}/@@hoard-metering")

    assert 'id="metering"' not in member.contents


def test_the_script_prints_the_same(functional, site, form, capsys):
    send(form, (1, 0))

    assert main(functional["app"], ["/plone", "2026-05", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["forms"][0]["submissions"] == 1
    assert main(functional["app"], ["/nowhere", "2026-05"]) == 1
    assert main(functional["app"], ["/plone", "May"]) == 1
    assert main(functional["app"], []) == 2


@pytest.mark.parametrize(
    "argv",
    [
        ["report.py", "/site", "2026-05"],
        ["/bin/interpreter", "-c", "/x/report.py", "/site", "2026-05"],
    ],
)
def test_the_script_finds_its_arguments(argv):
    assert own_arguments(argv) == ["/site", "2026-05"]
