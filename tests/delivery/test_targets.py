"""Webhooks, AMQP and MQTT from a submission to a real receiver."""

from collective.hoard.connections.settings import ServiceSettings
from collective.hoard.delivery.settings import write
from collective.hoard.forms.amend import amend
from collective.hoard.forms.removal import remove
from collective.hoard.outbox import parked
from collective.hoard.outbox import retry
from contextlib import contextmanager
from delivery.conftest import drain
from delivery.conftest import give_rules
from delivery.conftest import message_rule
from delivery.conftest import notification
from delivery.conftest import send
from delivery.conftest import state
from delivery.web import Web
from plone import api
from plone.uuid.interfaces import IUUID
from urllib.parse import urlsplit
import json
import pytest
import queue
import time
import transaction


def give_targets(*listed):
    write("targets", list(listed))
    transaction.commit()


def target(kind, id="t", **options):
    return {
        "id": id,
        "kind": kind,
        "title": id.upper(),
        "enabled": True,
        "options": options,
    }


def webhook(web, id="crm", **options):
    found = {"url": f"{web.url}/in", "private": True, "insecure": True, **options}
    return target("webhook", id, **found)


def amqp(id="bus", **options):
    found = {"service": "amqp", "exchange": "hoard", "type": "topic", "declare": True}
    found |= {"mandatory": True, "routing_key": "${form:id}.${submission:event}"}
    return target("amqp", id, **found | options)


def mqtt(id="news", **options):
    topic = "hoard/${form:id}/${submission:event}"
    return target(
        "mqtt", id, **{"service": "mqtt", "topic": topic, "protocol": "5"} | options
    )


@pytest.fixture
def web():
    with Web() as web:
        yield web


def settings(kind, url, secret="", **more):
    return ServiceSettings(kind, kind, url, secret_reference=secret, **more)


# Webhooks


def test_a_webhook_gets_a_signed_message(form, web, monkeypatch):
    monkeypatch.setenv("CRM_SECRET", "s3cret")
    give_targets(webhook(web, secret="env:CRM_SECRET"))
    give_rules(
        form, message_rule("webhook:crm", events=["added", "changed", "removed"])
    )

    key = send(form, name="Ada", topic="praise", count="3")
    amend(form, key, {"name": "Eva"}, revision=0)
    drain(form)
    remove(form, [key])
    drain(form)

    added, changed, removed = (json.loads(r.body) for r in web.requests)
    assert added["version"] == 1
    assert added["event"] == "added"
    assert added["form"]["uid"] == IUUID(form)
    assert added["form"]["path"] == "/form"
    assert added["submissions"] == [str(key)]
    assert added["submission"]["id"] == str(key)
    assert added["submission"]["values"] == {
        "name": "Ada", "topic": "praise", "count": 3, "agreed": False
    }  # fmt: skip
    assert changed["submission"]["values"]["name"] == "Eva"
    assert changed["submission"]["revision"] == 1
    assert removed["event"] == "removed"
    assert removed["submission"] is None
    headers = web.requests[0].headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == headers["webhook-id"] == added["id"]
    assert verified(web.requests[0])


def verified(request):
    from collective.hoard.delivery.signing import signature_headers

    given = request.headers
    expected = signature_headers(
        given["webhook-id"], int(given["webhook-timestamp"]), request.body, "s3cret"
    )
    return expected["webhook-signature"] == given["webhook-signature"]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422, 301, 307])
def test_a_webhook_s_refusal_is_parked_with_its_words(form, web, status):
    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    web.answers = [
        (status, {"Location": "https://example.org/"}, b"do not\x00 like\nthat")
    ]
    send(form, name="Ada")
    send(form, name="Eva")
    drain(form)

    (left,) = parked(api.portal.get(), "webhook:crm")
    assert str(status) in left.error
    assert len(web.requests) == 2
    retry(api.portal.get(), "webhook:crm", left.id)
    drain(form)
    first, _second, again = (json.loads(r.body)["id"] for r in web.requests)
    assert first == again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(form, web, status):
    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    web.answers = [(status, {}, b"")]
    send(form, name="Ada")

    drain(form)
    assert state("webhook:crm").pending == 1
    assert str(status) in state("webhook:crm").last_error

    drain(form)
    assert state("webhook:crm").pending == 0
    assert len({r.headers["Idempotency-Key"] for r in web.requests}) == 1


@pytest.mark.parametrize(
    "value,seconds",
    [
        ("120", 120), (" 7 ", 7), ("999999999", 3600), ("-5", None), ("soon", None), ("", None),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 20), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("٣", None),
    ],
)  # fmt: skip
def test_retry_after_is_read(value, seconds):
    from collective.hoard.delivery.targets.webhook import retry_after

    assert retry_after(value, now=100) == seconds


def test_a_receiver_gets_the_pause_it_asks_for(form, web, monkeypatch):
    from collective.hoard.delivery.targets import webhook as module

    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    web.answers = [(429, {"Retry-After": "300"}, b"")]
    send(form, name="Ada")
    drain(form)
    drain(form)
    assert len(web.requests) == 1
    assert "asks for 300 more seconds" in state("webhook:crm").last_error

    later = time.monotonic() + 301
    monkeypatch.setattr(module, "monotonic", lambda: later)
    drain(form)
    assert len(web.requests) == 2
    assert state("webhook:crm").pending == 0


def test_local_addresses_wait_until_they_are_allowed(form, web):
    give_targets(webhook(web, private=False))
    give_rules(form, message_rule("webhook:crm"))
    send(form, name="Ada")
    drain(form)

    assert not web.requests
    assert "no public address" in state("webhook:crm").last_error
    give_targets(webhook(web))
    drain(form)
    assert len(web.requests) == 1


def test_a_missing_secret_keeps_messages_waiting(form, web, monkeypatch):
    monkeypatch.delenv("CRM_SECRET", raising=False)
    give_targets(webhook(web, secret="env:CRM_SECRET"))
    give_rules(form, message_rule("webhook:crm"))
    send(form, name="Ada")
    drain(form)

    assert not web.requests
    assert "CRM_SECRET" in state("webhook:crm").last_error


def test_a_target_that_is_switched_off_keeps_its_messages(form, web):
    give_targets({**webhook(web), "enabled": False})
    give_rules(form, message_rule("webhook:crm"))
    send(form, name="Ada")
    drain(form)
    assert "switched this target off" in state("webhook:crm").last_error

    give_targets(webhook(web))
    drain(form)
    assert len(web.requests) == 1


def test_a_removed_submission_leaves_without_its_values(form, web):
    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    key = send(form, name="Ada")
    remove(form, [key])
    drain(form)

    (request,) = web.requests
    data = json.loads(request.body)
    assert b"Ada" not in request.body
    assert data["erased"] is True
    assert data["submissions"] == [str(key)]


def test_rules_of_form_and_site_tell_a_target_once(form, web):
    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    everywhere = {
        **message_rule("webhook:crm", events=["added", "removed"]),
        "forms": [],
    }
    elsewhere = {**message_rule("webhook:crm", id="b"), "forms": ["other"]}
    write("rules", {"version": 1, "rules": [everywhere, elsewhere]})
    transaction.commit()
    key = send(form, name="Ada")
    remove(form, [key])
    drain(form)

    assert [json.loads(r.body)["event"] for r in web.requests] == ["added", "removed"]


def test_what_is_aborted_is_not_sent(form, web):
    from collective.hoard.forms.submit import submit

    give_targets(webhook(web))
    give_rules(form, message_rule("webhook:crm"))
    submit(form, {"name": "Ada"})
    transaction.abort()
    drain(form)

    assert not web.requests


# AMQP


@pytest.fixture
def broker(form, services, rabbitmq, monkeypatch):
    parts = urlsplit(rabbitmq.url)
    monkeypatch.setenv("AMQP_PASSWORD", parts.password)
    bare = rabbitmq.url.replace(f":{parts.password}@", "@")
    services["amqp"] = settings("amqp", bare, "env:AMQP_PASSWORD")
    return rabbitmq


@pytest.fixture
def channel(rabbitmq):
    from kombu import Connection

    with Connection(rabbitmq.url) as connection:
        yield connection.channel()


def bind(channel, exchange, type, key="", **arguments):
    """A queue of its own, bound; ``get()`` gives its next message or None."""
    from kombu import Exchange
    from kombu import Queue

    source = Exchange(exchange, type=type, durable=True)
    name = f"test-{exchange}-{key}-{id(arguments)}"
    queue = Queue(name, source, key, durable=False, auto_delete=True, **arguments)
    bound = queue.bind(channel)
    bound.declare()
    return bound


@pytest.mark.services
@pytest.mark.parametrize(
    "type,key,reached",
    [("direct", "form.added", True), ("fanout", "", True), ("topic", "form.#", True),
     ("topic", "*.added", True)],
)  # fmt: skip
def test_each_type_of_exchange(form, broker, channel, type, key, reached):
    name = f"hoard-{type}"
    queue = bind(channel, name, type, key)
    give_targets(amqp(exchange=name, type=type))
    give_rules(form, message_rule("amqp:bus"))
    row = send(form, name="Ada", topic="praise")
    drain(form)

    message = queue.get(no_ack=True)
    data = json.loads(message.body)
    assert data["submission"]["id"] == str(row)
    assert message.properties["message_id"] == data["id"]
    assert message.properties["delivery_mode"] == 2
    assert message.content_type == "application/json"
    assert message.delivery_info["routing_key"] == "form.added"
    assert state("amqp:bus").pending == 0


@pytest.mark.services
def test_what_no_queue_takes_is_parked_in_words(form, broker):
    give_targets(amqp(exchange="hoard-lonely"))
    give_rules(form, message_rule("amqp:bus"))
    send(form, name="Ada")
    drain(form)

    (left,) = parked(api.portal.get(), "amqp:bus")
    assert "No queue takes it" in left.error
    assert "form.added" in left.error


@pytest.mark.services
def test_what_need_not_be_taken_is_dropped_by_the_broker(form, broker):
    give_targets(amqp(exchange="hoard-lonely", mandatory=False))
    give_rules(form, message_rule("amqp:bus"))
    send(form, name="Ada")
    drain(form)

    assert (state("amqp:bus").pending, state("amqp:bus").parked) == (0, 0)


@pytest.mark.services
def test_each_of_many_at_once_has_an_answer_of_its_own(form, broker, channel):
    queue = bind(channel, "hoard-many", "topic", "Ada")
    give_targets(amqp(exchange="hoard-many", routing_key="${name}"))
    give_rules(form, message_rule("amqp:bus"))
    rows = [send(form, name=name) for name in ("Ada", "Eva", "Ada", "Eva", "Ada")]
    drain(form)

    taken = [json.loads(queue.get(no_ack=True).body) for _ in range(3)]
    assert [one["submission"]["id"] for one in taken] == [str(n) for n in rows[::2]]
    assert queue.get(no_ack=True) is None
    assert (state("amqp:bus").pending, state("amqp:bus").sent) == (0, 3)
    left = parked(api.portal.get(), "amqp:bus")
    assert sorted(one.body["submission"]["id"] for one in left) == sorted(
        str(n) for n in rows[1::2]
    )
    assert all("No queue takes it" in one.error for one in left)


@pytest.mark.services
def test_a_broker_that_dies_keeps_many_waiting(form, broker):
    give_targets(amqp(exchange="", routing_key="many"))
    give_rules(form, message_rule("amqp:bus"))
    with queue_of(broker, "many") as taken:
        send(form, name="first")
        drain(form)
        assert json.loads(taken())["submission"]["values"]["name"] == "first"
    for number in range(20):
        send(form, name=f"visitor {number}")
    broker.stop()
    try:
        drain(form)
        assert (state("amqp:bus").pending, state("amqp:bus").parked) == (20, 0)
    finally:
        broker.start()
    with queue_of(broker, "many") as taken:
        for _ in range(20):
            drain(form)  # The breaker is open for some seconds.
            if not state("amqp:bus").pending:
                break
            time.sleep(1)
        bodies = [json.loads(taken()) for _ in range(20)]
    names = [one["submission"]["values"]["name"] for one in bodies]
    assert sorted(names) == sorted(f"visitor {number}" for number in range(20))


@pytest.mark.services
def test_a_full_queue_is_tried_again(form, broker, channel):
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    queue = bind(channel, "hoard-full", "fanout", queue_arguments=limits)
    give_targets(amqp(exchange="hoard-full", type="fanout"))
    give_rules(form, message_rule("amqp:bus"))
    send(form, name="Ada")
    send(form, name="Eva")
    drain(form)
    assert state("amqp:bus").pending == 1
    assert "a queue is full" in state("amqp:bus").last_error

    queue.get(no_ack=True)
    drain(form)
    assert state("amqp:bus").pending == 0


@pytest.mark.services
@pytest.mark.parametrize(
    "options,words",
    [
        (
            {"exchange": "hoard-missing", "declare": False},
            "has no exchange hoard-missing",
        ),
        ({"exchange": "hoard-other", "type": "direct"}, "another type"),
        ({"service": "nowhere"}, "nowhere is not configured"),
    ],
)
def test_a_wrong_exchange_is_told_and_nothing_is_lost(
    form, broker, channel, options, words
):
    bind(channel, "hoard-other", "fanout")
    give_targets(amqp(**options))
    give_rules(form, message_rule("amqp:bus"))
    send(form, name="Ada")
    drain(form)

    assert words in state("amqp:bus").last_error
    assert state("amqp:bus").pending == 1


@pytest.mark.services
def test_a_wrong_password_is_told_without_it(form, broker, monkeypatch):
    monkeypatch.setenv("AMQP_PASSWORD", "wr0ng-secret")
    give_targets(amqp())
    give_rules(form, message_rule("amqp:bus"))
    send(form, name="Ada")
    drain(form)

    found = state("amqp:bus")
    assert "does not accept the user or the password" in found.last_error
    assert "wr0ng" not in found.last_error
    assert found.pending == 1


@pytest.mark.services
def test_the_routing_key_stays_one_word_per_value(form, broker, channel):
    queue = bind(channel, "hoard-keys", "topic", "#")
    give_targets(amqp(exchange="hoard-keys", routing_key="${form:id}.${name}.${count}"))
    give_rules(form, message_rule("amqp:bus"))
    send(form, name="a.b.*.# ü/../$x" + "y" * 300)
    drain(form)

    key = queue.get(no_ack=True).delivery_info["routing_key"]
    first, second, third = key.split(".")
    assert (first, third) == ("form", "none")
    assert second.startswith("a_b_____ü____")
    assert len(second) == 60


# MQTT


@pytest.fixture
def listener(form, services, mosquitto):
    """``listener(pattern)`` subscribes; its ``get()`` gives the next message."""
    from paho.mqtt import client as mqtt

    services["mqtt"] = settings("mqtt", mosquitto.url)
    parts, clients = urlsplit(mosquitto.url), []

    def listen(pattern):
        found, ready = queue.Queue(), queue.Queue()
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.on_message = lambda client, data, message: found.put(message)
        client.on_subscribe = lambda *args: ready.put(1)
        client.connect(parts.hostname, parts.port)
        client.subscribe(pattern, 1)
        client.loop_start()
        clients.append(client)
        ready.get(timeout=60)
        return found

    yield listen
    for client in clients:
        client.disconnect()
        client.loop_stop()


@pytest.mark.services
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_topic_gets_the_message(form, listener, protocol):
    found = listener("hoard/+/added")
    give_targets(mqtt(protocol=protocol))
    give_rules(form, message_rule("mqtt:news"))
    key = send(form, name="Ada")
    drain(form)

    message = found.get(timeout=60)
    assert message.topic == "hoard/form/added"
    assert message.qos == 1
    data = json.loads(message.payload)
    assert data["submission"]["id"] == str(key)
    if protocol == "5":
        assert message.properties.UserProperty == [("message-id", data["id"])]
    assert state("mqtt:news").pending == 0


@pytest.mark.services
def test_the_last_message_is_retained_if_asked(form, listener):
    give_targets(mqtt(topic="kept/${form:id}", retain=True))
    give_rules(form, message_rule("mqtt:news"))
    send(form, name="Ada")
    drain(form)

    message = listener("kept/#").get(timeout=60)
    assert message.retain
    assert json.loads(message.payload)["submission"]["values"]["name"] == "Ada"


@pytest.mark.services
def test_a_topic_gets_no_levels_and_wildcards_from_visitors(form, listener):
    found = listener("in/#")
    give_targets(mqtt(topic="in/${name}/end"))
    give_rules(form, message_rule("mqtt:news"))
    send(form, name="a/b/+/#$SYS")
    send(form)
    drain(form)

    topics = [found.get(timeout=60).topic for _ in range(2)]
    assert topics == ["in/a_b_____SYS/end", "in/none/end"]


@pytest.mark.services
@pytest.mark.parametrize("protocol", ["5"])
def test_a_topic_that_is_forbidden_is_parked(
    form, services, own_server, tmp_path, protocol
):
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite allowed/#\n")
    tmp_path.chmod(0o755)
    acl.chmod(0o644)
    own = own_server("mosquitto", more=f"acl_file {acl}")
    services["mqtt"] = settings("mqtt", own.url)
    give_targets(mqtt(topic="${topic}/x", protocol=protocol))
    give_rules(form, message_rule("mqtt:news"))
    send(form, name="Ada", topic="praise")
    drain(form)

    (left,) = parked(api.portal.get(), "mqtt:news")
    assert "refuses the topic praise/x: Not authorized" in left.error


# All of them


@pytest.mark.services
@pytest.mark.slow
def test_a_hundred_submissions_with_every_target_down(
    form, post_office, listener, broker, rabbitmq, mosquitto
):
    with Web() as web:
        pass
    give_targets(webhook(web), amqp(exchange="", routing_key="all"), mqtt(topic="all"))
    give_rules(
        form,
        notification(),
        *(message_rule(n, id=n[:4]) for n in NAMES[1:]),
    )
    post_office.stop()
    rabbitmq.stop()
    mosquitto.stop()
    keys = []
    for number in range(100):
        keys.append(str(send(form, name=f"visitor {number}")))
        if number % 25 == 0:
            drain(form)
    assert [state(name).pending for name in NAMES] == [100] * 4
    assert all(state(name).last_error for name in NAMES)

    post_office.start()
    rabbitmq.start()
    mosquitto.start()
    heard = listener("all")
    with Web(port=web.port) as web:
        with queue_of(rabbitmq, "all") as taken:
            for _ in range(20):
                # Breakers open for some seconds after failures.
                drain(form)
                if not any(state(name).pending for name in NAMES):
                    break
                time.sleep(1)
            messages = [json.loads(taken()) for _ in range(100)]
    assert [(state(n).pending, state(n).parked) for n in NAMES] == [(0, 0)] * 4

    told = {"mail": sorted(m["Subject"] for m in post_office.mails)}
    assert told["mail"] == sorted(f"News from visitor {n}" for n in range(100))
    by_mqtt = [json.loads(heard.get(timeout=60).payload) for _ in range(100)]
    by_web = [json.loads(r.body) for r in web.requests]
    for found in (messages, by_mqtt, by_web):
        by_id = {one["id"]: one["submission"]["id"] for one in found}
        assert sorted(by_id.values()) == sorted(keys)


NAMES = ("mail", "webhook:crm", "amqp:bus", "mqtt:news")


@contextmanager
def queue_of(rabbitmq, name):
    """A queue of the default exchange; ``take()`` gives a message's body."""
    from kombu import Connection
    from kombu import Queue

    with Connection(rabbitmq.url) as connection:
        bound = Queue(name, durable=False, auto_delete=True)(connection.channel())
        bound.declare()
        yield lambda: bound.get(no_ack=True).body
