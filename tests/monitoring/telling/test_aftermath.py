"""From stored samples to a mail: store, judge and teller together."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history import meta
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.interfaces import Sample
from collective.hoard.monitoring.judge import editing
from collective.hoard.monitoring.judge import Judge
from collective.hoard.monitoring.poller.aftermath import aftermath_for
from collective.hoard.monitoring.poller.configuration import Configuration
from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.aftermath import Aftermath
from collective.hoard.monitoring.telling.roster import save_roster
from monitoring_world import empty_database
from monitoring_world import MONDAY
from monitoring_world import Recorder
import pytest
import shutil


class Service:
    """What the poller does, without its loop."""

    def __init__(self, url, **checks):
        self.now = MONDAY
        self.engine = open_engine(url)
        self.store = Store(self.engine, clock=lambda: self.now)
        self.recorder = Recorder()
        self.checks = checks
        self.store.ensure_source("here")
        for name, slot in checks.items():
            self.store.ensure_check(name, slot)

    def save(self, **data):
        with self.engine.begin() as connection:
            contact = {"name": "anna", "channel": "mail", "address": "a@example.org"}
            policy = {"name": "all", "contacts": ["anna"]}
            save_roster(connection, {"contacts": [contact], "policies": [policy]})
            editing.save(connection, data, self.now)

    def begin(self):
        teller = Teller(self.engine, {"mail": self.recorder})
        self.aftermath = Aftermath(Judge(self.engine), teller)
        self.aftermath.use(self.store)
        self.aftermath.tick(self.now)

    def round(self, statuses, seconds=300, values=None):
        """One sample of each check, and the time to the next round."""
        samples = [
            Sample(name, "here", self.now, status, values=values or {})
            for name, status in statuses.items()
        ]
        changes = self.store.record(samples)
        self.aftermath.on_samples(samples, self.now)
        self.aftermath.on_changes(changes, self.now)
        for _ in range(seconds // 30):
            self.now += 30
            self.aftermath.on_changes(self.store.close_slots(), self.now)
            self.aftermath.tick(self.now)
            self.aftermath.wait()

    def subjects(self):
        return [letter.subject for _, letter in self.recorder.letters]


@pytest.fixture
def url(tmp_path):
    path = tmp_path / "hoard.db"
    shutil.copy(empty_database(), path)
    return str(path)


def test_an_error_that_a_success_outweighs_is_not_told(url):
    service = Service(url, www=600)
    service.save()
    service.begin()
    for status in ("ok", "ok", "crit", "ok", "ok", "ok", "ok"):
        service.round({"www": status})
    assert service.subjects() == []


def test_a_slot_without_success_is_told_and_its_end(url):
    service = Service(url, www=600)
    service.save()
    service.begin()
    for status in ("ok", "ok", "crit", "crit", "crit", "crit", "ok", "ok", "ok", "ok"):
        service.round({"www": status})
    assert service.subjects() == ["CRIT www", "RECOVERED www"]


def test_what_goes_dark_is_told(url):
    service = Service(url, www=600)
    service.save()
    service.begin()
    service.round({"www": "ok"})
    service.round({"www": "ok"})
    service.round({}, 1800)
    assert service.subjects() == ["UNKNOWN www"]


def test_an_alarm_over_a_metric(url):
    service = Service(url, sensor=300)
    alarm = {"name": "hot", "check": "sensor", "metric": "c", "threshold": 40}
    service.save(alarm=[alarm])
    service.begin()
    for celsius in (20, 50, 50, 20, 20):
        service.round({"sensor": "ok"}, values={"c": (celsius, "C")})
    assert service.subjects() == [
        "CRIT alarm:hot: avg(c) > 40 in 1 of 1 periods of 300 s: 50",
        "RECOVERED alarm:hot",
    ]


def test_the_store_keeps_what_it_knows_while_rules_are_logged(url):
    service = Service(url, www=60)
    service.save(rule=[{"name": "shop", "expression": "www", "collapse": "never"}])
    service.begin()
    service.round({"www": "ok"}, 60)
    sequence = service.store._seq
    with service.engine.begin() as connection:
        assert meta.get(connection, meta.SEQ) == sequence
    service.round({"www": "crit"}, 120)
    with service.engine.begin() as connection:
        assert meta.get(connection, meta.SEQ) == service.store._seq
    assert any("rule:shop" in s for s in service.subjects())


def test_the_poller_finds_it(url):
    engine = open_engine(url)
    channels = {"mqtt": {"url": "mqtt://localhost"}}
    telling = {"link": "https://example.org/{id}", "channels": channels}
    found = aftermath_for(engine, Configuration(telling=telling))
    found.tick(MONDAY)
    assert found._inner.teller.link == "https://example.org/{id}"
    assert set(found._inner.teller.delivery.channels) == {"webhook", "mqtt"}
