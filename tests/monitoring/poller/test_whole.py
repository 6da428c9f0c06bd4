"""The real process from a check to a mail: killed, and in a storm."""

from collective.hoard.monitoring.history.availability import availability
from collective.hoard.monitoring.telling.roster import save_roster
from monitoring.poller.moved import Mailbox
from monitoring.poller.moved import Poller
from monitoring.poller.running import wait_for
from urllib.request import Request
from urllib.request import urlopen
import json
import pytest
import re
import time


SPEED = 60
MINUTE = 60


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


def tell(site, *names):
    people = [
        {"name": name, "channel": "mail", "address": f"{name}@example.org"}
        for name in names
    ]
    policy = {"name": "all", "contacts": list(names)}
    with site.engine.begin() as connection:
        save_roster(connection, {"contacts": people, "policies": [policy]})


@pytest.mark.slow
def test_killed_for_half_an_hour(site, target, mailbox, tmp_path):
    """0 s down, 30 minutes unknown, one notice, and nothing else is told."""
    columns = {"address": target.host, "port": target.port, "interval": 2 * MINUTE}
    shop = site.add(
        "shop", "http", params={"path": "/fine"}, slot=4 * MINUTE, **columns
    )
    tell(site, "anna")
    start = int(time.time()) - 5 * 3600
    with Poller(site, tmp_path, start, SPEED, mailbox.port) as first:
        assert wait_for(lambda: count(site, "sample") >= 5), first.log()
        killed = first.kill()
    [(last,)] = site.ask("SELECT MAX(time) FROM sample")

    back = killed + 30 * MINUTE
    with Poller(site, tmp_path, back, SPEED, mailbox.port) as second:
        assert wait_for(lambda: mailbox.got)
        # Longer than anything could be held back.
        second.now.wait(20 * MINUTE)
        assert wait_for(lambda: count(site, "interval_ WHERE status = 0") == 2)
        now = int(second.now())

    [(first_again,)] = site.ask(f"SELECT MIN(time) FROM sample WHERE time > {back}")
    with site.engine.connect() as connection:
        found = availability(connection, start, now, [shop])[shop]
    # Known again at once; what was seen last holds for a while (R5).
    assert found.down == 0
    assert last < killed < back < first_again
    assert 20 * MINUTE < gap(site) <= 30 * MINUTE + first_again - back
    assert len(mailbox.got) == 1, mailbox.got
    assert "did not run" in mailbox.got[0][3] or "poller" in mailbox.got[0][2].lower()
    assert "Traceback" not in second.log()


def count(site, what):
    return site.ask(f"SELECT COUNT(*) FROM {what}")[0][0]


def gap(site):
    [(seconds,)] = site.ask(
        "SELECT SUM(until - since) FROM interval_ WHERE status NOT IN (0, 1, 2)"
    )
    return seconds


@pytest.mark.slow
def test_2800_fail_at_once(site, mailbox, tmp_path):
    """At most 4 mails for each person in 10 minutes; each failure is in one."""
    names = [f"site-{number:04}" for number in range(2800)]
    with site.store.writing() as connection:
        site.store.make_checks_in(connection, names, MINUTE, 86400, "passive")
    token = site.token("scripts")
    tell(site, "anna", "bert")
    start = int(time.time()) - 5 * 3600
    with Poller(site, tmp_path, start, SPEED, mailbox.port) as poller:
        mailbox.now = poller.now
        send(poller, token, names, "ok", 200)
        assert wait_for(lambda: count(site, "interval_") == 2800), poller.log()
        poller.now.wait(2 * MINUTE)
        send(poller, token, names, "crit", 503)
        for person in ("anna", "bert"):
            wait_for(lambda who=person: told(mailbox, who) == set(names))
        poller.now.wait(5 * MINUTE)
        assert "Traceback" not in poller.log()

    for person in ("anna", "bert"):
        times = [mail[0] for mail in mailbox.to(f"{person}@example.org")]
        assert told(mailbox, person) == set(names)
        assert sum(at < times[0] + 10 * MINUTE for at in times) <= 4


def send(poller, token, names, status, code):
    now = poller.now()
    for place in range(0, len(names), 700):
        rows = [
            {"check": name, "status": status, "code": code, "time": now}
            for name in names[place : place + 700]
        ]
        head = {"Authorization": f"Bearer {token}"}
        request = Request(f"{poller.url}/results", json.dumps(rows).encode(), head)
        with urlopen(request, timeout=30) as answer:
            assert answer.status == 200, answer.read()


def told(mailbox, person):
    texts = [mail[3] for mail in mailbox.to(f"{person}@example.org")]
    return {name for text in texts for name in re.findall(r"site-\d{4}", text)}
