"""``@@hoard-vitals`` of a site, and its check."""

from collective.hoard.forms.keeping import find_ledger
from collective.hoard.monitoring.checks.interfaces import Outcome
from collective.hoard.monitoring.checks.json_rules import apply_rules
from collective.hoard.monitoring.checks.json_rules import json_rules
from collective.hoard.monitoring.checks.site_numbers import vitals_params
from collective.hoard.outbox import mark
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import make_form
from collective.hoard.watch.vitals import collect
from collective.hoard.watch.vitals.collecting import as_json
from collective.hoard.watch.vitals.requests import requests
from collective.hoard.watch.vitals.view import TOKEN
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from ZODB.POSException import ConflictError
from zope.event import notify
from ZPublisher.pubevents import PubBeforeAbort
import json
import pytest
import transaction


SECRET = "a-token-of-many-letters"


@pytest.fixture
def site(functional):
    return functional["portal"]


@pytest.fixture
def url(site):
    return f"{site.absolute_url()}/@@hoard-vitals"


def numbers(site):
    return {one.name: one.number for one in collect(site)}


def test_a_manager_sees_the_numbers(functional, url):
    manager = browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)

    manager.open(url)

    found = json.loads(manager.contents)
    assert found["outbox"]["pending"] == 0
    assert {"size", "objects", "in_use"} <= set(found["zodb"])
    assert found["memory"]["resident"] > 10_000_000
    manager.open(f"{url}?flat=1")
    assert {"name", "number", "unit"} == set(json.loads(manager.contents)[0])


@pytest.mark.parametrize(
    "given,status", [(SECRET, 200), ("", 401), (SECRET + "x", 401), ("é", 401)]
)
def test_a_machine_shows_its_token(functional, url, monkeypatch, given, status):
    monkeypatch.setenv(TOKEN, SECRET)
    machine = browser(functional["app"])
    machine.raiseHttpErrors = False
    machine.addHeader("X-Hoard-Token", given.encode("utf-8").decode("latin-1"))

    machine.open(url)

    assert machine.headers["status"].startswith(str(status)) or "login" in machine.url


def test_the_token_may_be_in_a_file(functional, url, monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    monkeypatch.setenv(f"{TOKEN}_FILE", str(file))
    machine = browser(functional["app"])
    machine.addHeader("X-Hoard-Token", SECRET)

    machine.open(url)

    assert "requests" in json.loads(machine.contents)


def test_the_token_of_the_outbox_opens_nothing_here(functional, url, monkeypatch):
    monkeypatch.setenv("HOARD_OUTBOX_TOKEN", SECRET)
    machine = browser(functional["app"])
    machine.raiseHttpErrors = False
    machine.addHeader("X-Hoard-Token", SECRET)

    machine.open(url)

    assert "requests" not in machine.contents


def test_members_see_nothing(functional, url):
    member = browser(functional["app"], TEST_USER_NAME, TEST_USER_PASSWORD)
    member.raiseHttpErrors = False

    member.open(url)

    assert "resident" not in member.contents


def test_what_waits_is_counted(site):
    mark(site, "search", "uid", 1)
    transaction.commit()

    found = numbers(site)

    assert found["outbox.pending"] == found["outbox.target.search.pending"] == 1
    assert found["outbox.oldest"] >= 0


def test_submissions_of_this_hour_are_counted(site):
    ledger = find_ledger(make_form())
    ledger.add({}, schema=ledger.current_schema())
    ledger.clock = lambda: 1_000_000
    ledger.add({}, schema=ledger.current_schema())

    found = numbers(site)

    assert (found["ledgers.rows"], found["submissions.hour"]) == (2, 1)


def test_requests_are_counted(functional, site):
    before = requests.count
    visitor = browser(functional["app"])

    visitor.open(site.absolute_url())

    assert requests.count == before + 1
    assert numbers(site)["requests.p95"] > 0


def test_a_page_that_is_not_there_is_no_error(functional, site):
    visitor = browser(functional["app"])
    visitor.raiseHttpErrors = False
    count, errors = requests.count, requests.errors

    visitor.open(f"{site.absolute_url()}/nothing-is-here")

    assert (requests.count, requests.errors) == (count + 1, errors)


@pytest.mark.parametrize("retry,name", [(True, "retried"), (False, "given_up")])
def test_conflicts_are_counted(site, retry, name):
    before = getattr(requests, name)
    error = ConflictError()

    notify(PubBeforeAbort(site.REQUEST, (type(error), error, None), retry))

    assert getattr(requests, name) == before + 1


def test_reading_them_writes_nothing(site):
    transaction.commit()

    collect(site)

    assert not site._p_jar._registered_objects


def test_the_ready_made_check_understands_them(site):
    document = json.dumps(as_json(collect(site))).encode()
    params = vitals_params("/plone", "env:TOKEN")
    outcome = Outcome("ok")

    apply_rules(outcome, json_rules(params["json"]), document)

    assert (outcome.status, outcome.text) == ("ok", "")
    assert outcome.values["outbox.oldest"] == (0.0, "s")
    assert len(outcome.values) == len(params["json"])
