"""``@@hoard-changes``, and the token for the poller's stream."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.poller.event_tokens import opened
from forms.browsing import contents
from forms.browsing import status
from urllib.parse import parse_qs
from urllib.parse import urlsplit
from watch.conftest import configure
import json
import pytest
import time


def changes(user, site, since):
    user.open(f"{site['portal'].absolute_url()}/@@hoard-changes?since={since}")
    return json.loads(contents(user)) if status(user) == 200 else None


def test_nothing_new_is_said_in_no_words(site, user):
    seq = changes(user, site, 0)["seq"]

    assert changes(user, site, seq) is None
    assert status(user) == 304
    assert contents(user) == ""


def test_a_change_is_said_in_few_bytes(site, user, database):
    seq = changes(user, site, 0)["seq"]
    engine = open_engine(database)
    # It has been dark for days.
    name = "https://site-07.example.org"
    Store(engine).record([Sample(name, "local", time.time(), "ok", 200)])
    engine.dispose()

    found = changes(user, site, seq)

    assert found["seq"] > seq
    assert [one["check"] for one in found["changes"]] == [name]
    assert len(contents(user)) < 500


def test_many_changes_stay_few_bytes(site, user):
    found = changes(user, site, 0)

    assert found["count"] == 40
    assert len(found["changes"]) == 20
    assert len(contents(user)) < 3000


def test_the_page_gets_a_token_that_the_poller_takes(site, user, monkeypatch):
    monkeypatch.setenv("HOARD_TEST_EVENTS", "a long secret")
    configure(
        poller_url="https://poller.example.org/", live_secret="env:HOARD_TEST_EVENTS"
    )

    stream = changes(user, site, 0)["stream"]

    parts = urlsplit(stream)
    assert parts.path == "/events"
    assert opened("a long secret", parse_qs(parts.query)["token"][0]) is None


def test_without_the_secret_pages_ask_plone(site, user):
    configure(poller_url="https://poller.example.org", live_secret="env:HOARD_NOT_SET")

    assert changes(user, site, 0)["stream"] is None


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30, "1;drop"])
def test_odd_numbers_do_no_harm(site, user, since):
    changes(user, site, since)

    assert status(user) == 200
