"""Results over MQTT and AMQP, through real brokers."""

from collective.hoard.monitoring.poller.incoming import ResultRefused
from collective.hoard.monitoring.sources.intake import rows_of
from collective.hoard.monitoring.sources.mqtt import named
from kombu import Connection
from monitoring.poller.running import Running
from monitoring.poller.running import wait_for
from paho.mqtt.publish import single
from urllib.parse import urlsplit
import json
import pytest
import time


@pytest.fixture
def publish(mosquitto):
    """``publish(topic, payload)`` to the broker."""
    where = urlsplit(mosquitto.url)

    def send(topic, payload, **options):
        single(topic, payload, 1, hostname=where.hostname, port=where.port, **options)

    return send


@pytest.fixture
def listening(site, mosquitto):
    """``listening(topic, **settings)``: a poller that listens to it."""

    def start(topic, **settings):
        row = {"url": mosquitto.url, "topic": topic, "source": topic, **settings}
        return Running(site, mqtt=[row])

    return start


def heard(site, publish, topic, payload, query="SELECT status, code FROM sample"):
    """Publish until it is there: a subscription takes a moment."""

    def once():
        publish(topic, payload)
        return site.wait_for(query, 0.3)

    return wait_for(once)


@pytest.mark.services
def test_a_result_over_mqtt(site, publish, listening):
    site.add("backup")
    payload = json.dumps({"check": "backup", "status": "warn", "code": 3})
    with listening("t1/results"):
        assert heard(site, publish, "t1/results", payload)[0] == (1, 3)


@pytest.mark.services
def test_a_sensor_is_a_check_like_any_other(site, publish, listening):
    rule = {"temperature": {"crit": "5:35"}}
    site.add("room kitchen", params={"thresholds": rule})
    settings = {"check": "room {1}", "value": "temperature", "unit": "C"}
    with listening("t2/+/temperature", **settings):
        found = heard(site, publish, "t2/kitchen/temperature", "40.5")
    assert found[0][0] == 2
    assert site.ask("SELECT name, number, unit FROM metric") == [
        ("temperature", 40.5, "C")
    ]


@pytest.mark.services
@pytest.mark.parametrize(
    "payload", [b"", b"\xff\x00", b"[" * 9999, b'{"check": "none"}', b"7"]
)
def test_a_hostile_message_does_no_harm(site, publish, listening, payload):
    site.add("backup")
    good = json.dumps({"check": "backup", "status": "ok"})
    with listening("t3/results"):
        publish("t3/results", payload)
        assert heard(site, publish, "t3/results", good)


@pytest.mark.services
def test_an_old_message_that_the_broker_kept_is_no_sign_of_life(
    site, publish, listening
):
    site.add("backup")
    publish("t4/results", json.dumps({"check": "backup", "status": "ok"}), retain=True)
    with listening("t4/results"):
        time.sleep(1.5)
    publish("t4/results", b"", retain=True)
    assert site.ask("SELECT * FROM sample") == []


@pytest.mark.services
def test_what_comes_while_the_poller_is_away_is_taken_later(site, publish, listening):
    site.add("backup")
    first, later = (
        json.dumps({"check": "backup", "status": "ok", "code": code}) for code in (1, 2)
    )
    with listening("t5/results"):
        assert heard(site, publish, "t5/results", first)
    publish("t5/results", later)
    with listening("t5/results"):
        assert site.wait_for("SELECT * FROM sample WHERE code = 2")


@pytest.fixture
def queue(rabbitmq):
    """``queue(body)``: put a message into the queue."""
    name = f"results-{time.monotonic_ns()}"

    def put(body):
        with Connection(rabbitmq.url) as connection:
            simple = connection.SimpleQueue(name)
            simple.put(body, content_type="application/json", content_encoding="utf-8")
            simple.close()

    put.name = name
    return put


@pytest.mark.services
def test_results_over_amqp(site, queue, rabbitmq):
    site.add("backup")
    queue("no json")
    queue(json.dumps({"check": "none", "status": "ok"}))
    queue(json.dumps([{"check": "backup", "status": "crit", "code": 9}]))
    row = {"url": rabbitmq.url, "queue": queue.name}
    with Running(site, amqp=[row]):
        assert site.wait_for("SELECT status, code FROM sample") == [(2, 9)]
        time.sleep(0.5)
    with Connection(rabbitmq.url) as connection:
        # All are settled, the bad one too: nothing goes round for ever.
        _, left, _ = connection.default_channel.queue_declare(queue.name, passive=True)
    assert left == 0


@pytest.mark.parametrize(
    "template,pattern,topic,name",
    [
        ("", "a/+", "a/b", ""),
        ("x", "a/+", "a/b", "x"),
        ("{topic}", "a/#", "a/b/c", "a/b/c"),
        ("{2}-{1}", "a/+/b/+", "a/1/b/2", "2-1"),
        ("{1}", "a/#", "a/b/c", "b/c"),
        ("{1}", "a/+", "other", ""),
    ],
)
def test_the_topic_names_the_check(template, pattern, topic, name):
    assert named(template, pattern, topic) == name


def test_a_sensors_object_is_values():
    payload = b'{"battery": 90, "t": {"in": 21.5}, "name": "x", "on": true, "time": 5}'
    assert rows_of(payload, "room") == [
        {"check": "room", "values": {"battery": 90, "t.in": 21.5}, "time": 5}
    ]


@pytest.mark.parametrize("payload", [b"x", b'"x"', b"true", b"[1]", b"null"])
def test_what_is_no_number_is_refused(payload):
    with pytest.raises(ResultRefused):
        rows_of(payload, "room")
