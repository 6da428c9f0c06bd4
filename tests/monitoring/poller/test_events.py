"""Changes pushed to browsers by server-sent events."""

from collective.hoard.monitoring.poller.event_tokens import opened
from collective.hoard.monitoring.poller.event_tokens import sign
from collective.hoard.monitoring.poller.event_tokens import TokenRefused
from http.client import HTTPConnection
from urllib.parse import quote
from urllib.parse import urlsplit
import json
import pytest
import socket
import time


SECRET = "a secret of this test"


class Stream:
    """An open event stream."""

    def __init__(self, url, path, **headers):
        where = urlsplit(url)
        self._connection = HTTPConnection(where.hostname, where.port, timeout=60)
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()

    def next(self):
        """(number, changes) of the next message."""
        fields = {}
        while line := self.response.readline().decode():
            key, _, value = line.rstrip("\n").partition(": ")
            if key:
                fields[key] = value
            elif "data" in fields:
                return int(fields["id"]), json.loads(fields["data"])
            else:
                fields = {}

    def close(self):
        self._connection.close()


@pytest.fixture
def listen(site, poller):
    """``listen(groups=, since=)``: an open stream; ``listen.bring(check, status)``."""
    for name in ("shop", "blog"):
        site.add(name)
    with site.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO group_ (id, name) VALUES (1, 'shops')")
        connection.exec_driver_sql("INSERT INTO group_member VALUES (1, 1)")
    token = site.token("scripts")
    running = poller()
    streams = []

    def open_stream(groups=None, since="", token=None, **headers):
        token = sign(SECRET, groups) if token is None else token
        path = f"/events?token={token}&since={since}"
        streams.append(Stream(running.url, path, **headers))
        return streams[-1]

    def bring(check, status, **row):
        row = {"check": check, "status": status, **row}
        assert running.send("/results", row, token)[0] == 200

    open_stream.bring, open_stream.running = bring, running
    yield open_stream
    for stream in streams:
        stream.close()


def test_a_change_arrives(listen):
    stream = listen()
    listen.bring("shop", "crit", code=503, reason="status")
    _, changes = stream.next()
    assert changes[0]["check"] == "shop"
    assert (changes[0]["status"], changes[0]["code"]) == ("crit", 503)


def test_only_visible_groups_are_told(listen):
    stream = listen(groups=["shops"])
    listen.bring("blog", "crit")
    listen.bring("shop", "crit")
    assert [change["check"] for change in stream.next()[1]] == ["shop"]


def test_what_was_missed_is_told_first(listen):
    stream = listen()
    listen.bring("shop", "ok")
    number, _ = stream.next()
    stream.close()
    listen.bring("blog", "crit")
    assert listen(since=number).next()[1][0]["check"] == "blog"


def test_the_last_number_of_the_browser_counts(listen):
    stream = listen()
    listen.bring("shop", "ok")
    number, _ = stream.next()
    listen.bring("blog", "crit")
    again = listen(since="0", **{"Last-Event-ID": str(number)})
    assert [change["check"] for change in again.next()[1]] == ["blog"]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y",
        sign("another secret"),
        sign(SECRET, now=time.time() - 1000),
        sign(SECRET, ["shops"]).replace(".", "x."),
        "é" * 500,
    ],
    ids=["none", "short", "foreign", "old", "changed", "letters"],
)
def test_a_wrong_token_opens_nothing(listen, token):
    from urllib.parse import quote

    assert listen(token=quote(token)).response.status == 403


def test_other_sites_may_not_listen(listen):
    response = listen(Origin="https://evil.example").response
    assert response.getheader("Access-Control-Allow-Origin") is None


def test_a_listed_site_may_listen(site, poller):
    running = poller(http={"origins": ["https://www.example"]})
    path = f"/events?token={sign(SECRET)}"
    stream = Stream(running.url, path, Origin="https://www.example")
    assert stream.response.getheader("Access-Control-Allow-Origin") == (
        "https://www.example"
    )
    stream.close()


def test_a_client_that_does_not_read_is_dropped(listen, monkeypatch):
    from collective.hoard.monitoring.poller import events

    monkeypatch.setattr(events, "BEHIND", 1)
    where = urlsplit(listen.running.url)
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        lazy.connect((where.hostname, where.port))
        path = f"/events?token={sign(SECRET)}"
        lazy.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        hub = listen.running.service.server.hub
        end = time.monotonic() + 10
        while len(hub) < 1 and time.monotonic() < end:
            time.sleep(0.02)
        client = next(iter(hub._clients))
        assert client.offer(b"x" * 10_000_000)
        while client.offer(b"x" * 1_000_000):
            assert time.monotonic() < end
            time.sleep(0.001)
        assert client.ended


def test_a_token_says_what_it_opens():
    assert opened(SECRET, sign(SECRET)) is None
    assert opened(SECRET, sign(SECRET, ["b", "a"])) == {"a", "b"}
    with pytest.raises(TokenRefused, match="too old"):
        opened(SECRET, sign(SECRET, now=0), now=1000)


def test_without_a_secret_nothing_opens():
    with pytest.raises(TokenRefused):
        sign("")
    with pytest.raises(TokenRefused):
        opened("", "x.")


@pytest.mark.parametrize("length", [3000, 9000, 70_000])
def test_a_token_that_is_too_long_is_refused_quietly(listen, caplog, length):
    stream = listen(token="x" * length)

    assert stream.response.status in (400, 403, 414)
    assert "Traceback" not in caplog.text
    assert [r for r in caplog.records if r.levelname in ("ERROR", "WARNING")] == []


@pytest.mark.parametrize("since", ["9" * 30, "٣", "-1", "x"])
def test_a_number_that_is_none_is_no_failure(listen, caplog, since):
    assert listen(since=quote(since)).response.status == 200
    assert "Traceback" not in caplog.text
