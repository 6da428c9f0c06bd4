"""A source that brings results and goes dark: told by mail, once."""

from aiosmtpd.handlers import AsyncMessage
from collective.hoard.monitoring.telling.roster import save_roster
from monitoring.poller.running import wait_for
import pytest
import time


class Mailbox(AsyncMessage):
    def __init__(self):
        super().__init__()
        self.messages = []

    async def handle_message(self, message):
        self.messages.append((message["To"], message["Subject"]))


@pytest.fixture
def mailbox(mail_server):
    return mail_server(Mailbox())


@pytest.fixture
def anna(site):
    """Gets everything by mail."""
    contact = {"name": "anna", "channel": "mail", "address": "anna@example.org"}
    policy = {"name": "all", "contacts": ["anna"]}
    with site.engine.begin() as connection:
        save_roster(connection, {"contacts": [contact], "policies": [policy]})


@pytest.fixture
def sensor(site):
    """A passive check: fresh for some seconds, unknown soon after."""
    site.add("cellar", slot=1, fresh=6, grace=1)
    return site.token("cellar-sensor")


def send(running, token, status="ok"):
    row = {"check": "cellar", "status": status, "time": int(time.time())}
    assert running.send("/results", row, token)[0] == 200


def test_a_source_that_goes_dark_is_told_once_and_so_is_its_return(
    site, anna, sensor, mailbox, poller, monkeypatch
):
    monkeypatch.setattr("collective.hoard.monitoring.telling.aftermath.EVERY", 0.2)
    running = poller(mail=mailbox.settings)
    for _ in range(4):
        send(running, sensor)
        time.sleep(1)
    assert mailbox.messages == []

    # It says nothing any more.
    assert wait_for(lambda: mailbox.messages)
    assert site.ask("SELECT status FROM standing") == [(3,)]
    time.sleep(5)
    to, subject = mailbox.messages[0]
    assert len(mailbox.messages) == 1
    assert "anna@example.org" in to
    assert "cellar" in subject

    def back():
        send(running, sensor)
        time.sleep(0.9)
        return len(mailbox.messages) > 1

    assert wait_for(back)
    assert len(mailbox.messages) == 2
    assert "cellar" in mailbox.messages[1][1]
