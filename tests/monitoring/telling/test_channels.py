"""The channels against real servers."""

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import AsyncMessage
from collective.hoard.monitoring.judge.interfaces import WrongSettings
from collective.hoard.monitoring.telling.channels import make_channels
from collective.hoard.monitoring.telling.channels.webhook import signed
from collective.hoard.monitoring.telling.interfaces import Contact
from collective.hoard.monitoring.telling.interfaces import Line
from collective.hoard.monitoring.telling.interfaces import Refused
from collective.hoard.monitoring.telling.interfaces import TargetDown
from collective.hoard.monitoring.telling.letters import write_letter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from monitoring_world import MONDAY
from servers.server import free_port
from threading import Thread
import json
import pytest
import uuid


def contact(channel, address, **settings):
    return Contact(1, "Anna Müller", channel, address, settings=settings)


def letter(count=1, limit=20, status="crit"):
    lines = [
        Line(n, "problem", n, f"site {n}/ü", status, MONDAY, "timeout")
        for n in range(1, count + 1)
    ]
    who = contact("mail", "anna@example.org")
    return write_letter(str(uuid.uuid4()), lines, who, MONDAY + 60, limit)


# --- Mail ------------------------------------------------------------------


class Mailbox(AsyncMessage):
    def __init__(self):
        super().__init__()
        self.messages = []
        self.answer = None

    async def handle_DATA(self, server, session, envelope):
        if self.answer:
            return self.answer
        return await super().handle_DATA(server, session, envelope)

    async def handle_message(self, message):
        self.messages.append(message)


@pytest.fixture
def mailbox():
    box = Mailbox()
    controller = Controller(
        box, hostname="127.0.0.1", port=free_port(), ready_timeout=60
    )
    controller.start()
    settings = {"host": "127.0.0.1", "port": controller.port}
    box.channel = make_channels({"mail": {**settings, "sender": "hoard@example.org"}})
    yield box
    controller.stop()


def test_a_mail_has_text_and_html(mailbox):
    told = letter()
    mailbox.channel["mail"].send(contact("mail", "anna@example.org"), told)
    (mail,) = mailbox.messages
    assert mail["Message-ID"] == f"<{told.uuid}@example.org>"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    assert "site 1/ü" in text and "since 2026-06-01 08:00" in text


def test_what_a_long_digest_only_counts_is_attached(mailbox):
    mailbox.channel["mail"].send(contact("mail", "anna@example.org"), letter(2800))
    (mail,) = mailbox.messages
    listed = mail.get_payload()[1].get_payload(decode=True).decode()
    assert len(listed.splitlines()) == 2801


EVIL = "\r\nBcc: spy@example.org"


@pytest.mark.parametrize("evil", [EVIL, "\nBcc: spy@example.org", "\rBcc: s@x.org"])
def test_no_name_or_text_can_add_a_header(mailbox, evil):
    who = Contact(1, f"Anna{evil}", "mail", "anna@example.org")
    lines = [Line(1, "problem", 1, f"site{evil}", "crit", MONDAY, f"down{evil}")]

    mailbox.channel["mail"].send(who, write_letter("x", lines, who, MONDAY, 20))

    (mail,) = mailbox.messages
    assert mail["Bcc"] is None
    assert mail["X-RcptTo"] == "anna@example.org"


@pytest.mark.parametrize("sender", ["hoard@example.org", ""])
@pytest.mark.parametrize("evil", [EVIL, "\nBcc: spy@example.org", " , b@x.org"])
def test_an_address_with_a_header_in_it_is_refused(mailbox, evil, sender):
    channel = mailbox.channel["mail"]
    channel.settings = replace(channel.settings, sender=sender)

    with pytest.raises(Refused, match="no mail address"):
        channel.send(contact("mail", f"anna@example.org{evil}"), letter())

    assert mailbox.messages == []


@pytest.mark.parametrize(
    "answer,error", [("550 no such user", Refused), ("451 later", TargetDown)]
)
def test_a_mail_server_that_refuses(mailbox, answer, error):
    mailbox.answer = answer
    with pytest.raises(error, match=answer[4:]):
        mailbox.channel["mail"].send(contact("mail", "anna@example.org"), letter())


def test_no_mail_server():
    settings = {"host": "127.0.0.1", "port": free_port(), "sender": "a@example.org"}
    channel = make_channels({"mail": settings})["mail"]
    with pytest.raises(TargetDown):
        channel.send(contact("mail", "anna@example.org"), letter())


def test_an_address_that_is_none_is_refused(mailbox):
    with pytest.raises(Refused, match="no mail address"):
        mailbox.channel["mail"].send(contact("mail", "anna@@\r\nBcc: x"), letter())


# --- Webhook ----------------------------------------------------------------


@pytest.fixture
def hook():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((dict(self.headers), body))
            self.send_response(self.server.status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            """Nothing: tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.status = [], 204
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed(hook, monkeypatch):
    monkeypatch.setenv("HOOK_KEY", "secret")
    told = letter(2)
    channel = make_channels({})["webhook"]
    channel.send(contact("webhook", hook.url, secret="env:HOOK_KEY"), told)
    ((headers, body),) = hook.got
    seconds, signature = headers["X-Hoard-Signature"].split(",")
    assert signature == f"v1={signed('secret', seconds[2:], body)}"
    assert headers["Idempotency-Key"] == told.uuid
    data = json.loads(body)
    assert [entry["status"] for entry in data["items"]] == ["crit", "crit"]


@pytest.mark.parametrize(
    "status,error",
    [(500, TargetDown), (429, TargetDown), (404, Refused), (302, Refused)],
)
def test_a_webhook_that_refuses(hook, status, error):
    hook.status = status
    with pytest.raises(error, match=str(status)):
        make_channels({})["webhook"].send(contact("webhook", hook.url), letter())


def test_a_secret_that_is_missing_does_not_lose_the_message(hook):
    who = contact("webhook", hook.url, secret="env:HOARD_NO_SUCH_THING")
    with pytest.raises(WrongSettings, match="HOARD_NO_SUCH_THING"):
        make_channels({})["webhook"].send(who, letter())
    assert hook.got == []


# --- Brokers ----------------------------------------------------------------


@pytest.mark.services
def test_amqp(rabbitmq):
    from kombu import Connection

    queue = f"told-{uuid.uuid4()}"
    channel = make_channels({"amqp": {"url": rabbitmq.url}})["amqp"]
    told = letter(3)
    channel.send(contact("amqp", queue), told)
    with Connection(rabbitmq.url) as connection:
        inbox = connection.SimpleQueue(queue)
        message = inbox.get(timeout=60)
        message.ack()
        inbox.queue.delete()
    assert message.properties["message_id"] == told.uuid
    data = message.payload
    assert data["subject"] == told.subject


@pytest.mark.services
def test_an_exchange_that_is_not_there_is_refused(rabbitmq):
    channel = make_channels({"amqp": {"url": rabbitmq.url}})["amqp"]
    with pytest.raises(Refused, match="no exchange"):
        channel.send(contact("amqp", "no-such-exchange/key"), letter())


@pytest.mark.services
def test_mqtt_keeps_the_state_of_each_check(mosquitto):
    from paho.mqtt.client import CallbackAPIVersion
    from paho.mqtt.client import Client
    import time

    prefix = f"hoard/{uuid.uuid4()}"
    channel = make_channels({"mqtt": {"url": mosquitto.url}})["mqtt"]
    channel.send(contact("mqtt", prefix), letter(300))
    channel.send(contact("mqtt", prefix), letter(1, status="warn"))
    got = {}
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda c, u, m: got.update({m.topic: json.loads(m.payload)})
    host, port = mosquitto.url.rpartition("/")[2].split(":")
    client.connect(host, int(port))
    client.subscribe(f"{prefix}/#")
    client.loop_start()
    deadline = time.monotonic() + 60
    while len(got) < 300 and time.monotonic() < deadline:
        time.sleep(0.05)
    client.disconnect()
    client.loop_stop()
    assert len(got) == 300
    assert got[f"{prefix}/site 1%2F%C3%BC"]["status"] == "warn"
    assert got[f"{prefix}/site 2%2F%C3%BC"]["status"] == "crit"


@pytest.mark.parametrize("name", ["amqp", "mqtt"])
def test_no_broker(name):
    url = f"{name}://127.0.0.1:{free_port()}/"
    channel = make_channels({name: {"url": url, "timeout": 2}})[name]
    with pytest.raises(TargetDown):
        channel.send(contact(name, "told"), letter())
