"""Drainers and brokers that are killed in the middle of a batch."""

from collections import Counter
from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.pools import close_pools
from collective.hoard.delivery.targets.publishing import Publisher
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from contextlib import contextmanager
from delivery.killed import configure
from delivery.killed import fill
from delivery.killed import QUEUE
from outbox.conftest import connection  # noqa: F401 - a fixture
from outbox.conftest import db  # noqa: F401 - a fixture
from outbox.conftest import registry  # noqa: F401 - a fixture
from outbox.conftest import site  # noqa: F401 - a fixture
from pathlib import Path
from queue import Empty
from queue import SimpleQueue
from urllib.parse import urlsplit
import json
import os
import pytest
import subprocess
import sys
import time
import transaction


pytestmark = [pytest.mark.services, pytest.mark.slow]

PROCESS = Path(__file__).with_name("killed.py")
KILLED = 10


def run(**arguments):
    path = os.pathsep.join(filter(None, [str(PROCESS.parents[1]), *sys.path]))
    done = subprocess.run(
        [sys.executable, str(PROCESS), "drainers", json.dumps(arguments)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        timeout=240,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@contextmanager
def durable_queue(url):
    """``take()``: ``(message id of the broker, body)`` of all that is there."""
    from kombu import Connection
    from kombu import Queue

    def take():
        with Connection(url) as broker:
            bound = queue(broker.channel())
            found = iter(lambda: bound.get(no_ack=True), None)
            return [(one.properties["message_id"], one.payload) for one in found]

    queue = Queue(QUEUE, durable=True)
    with Connection(url) as broker:
        queue(broker.channel()).declare()
        queue(broker.channel()).purge()
    yield take
    with Connection(url) as broker:
        queue(broker.channel()).delete()


def judge(ids, arrived):
    """Each came, and what came again is the same, with the same id."""
    assert {id for id, _ in arrived} == set(ids)
    bodies = {}
    for id, body in arrived:
        assert body["id"] == id
        assert bodies.setdefault(id, body) == body
    assert [body["submissions"] for body in bodies.values()] == [
        [str(number)] for number in range(len(ids))
    ], "the first of each came in order"
    return Counter(id for id, _ in arrived)


def test_a_drainer_killed_in_a_batch_for_amqp_loses_nothing(tmp_path, rabbitmq):
    path = str(tmp_path / "Data.fs")
    with durable_queue(rabbitmq.url) as take:
        done = run(path=path, kind="amqp", url=rabbitmq.url, count=300, rounds=KILLED)
        counts = judge(done["ids"], take())
    assert (done["pending"], done["parked"]) == (0, 0)
    # Nothing was acknowledged to those who died, so that all they sent came again.
    again = sum(counts.values()) - len(counts)
    assert KILLED <= again <= KILLED * 100


def test_a_drainer_killed_among_messages_for_mqtt_loses_nothing(tmp_path, mosquitto):
    path, url = str(tmp_path / "Data.fs"), mosquitto.url
    with heard(url) as take:
        done = run(path=path, kind="mqtt", url=url, count=100, rounds=3)
        counts = judge(done["ids"], take(done["ids"]))
    assert (done["pending"], done["parked"]) == (0, 0)
    assert sum(counts.values()) > len(counts)


@contextmanager
def heard(url):
    """``take(ids)``: as above, once all *ids* were heard and nothing else comes."""
    from paho.mqtt import client as mqtt

    parts, found = urlsplit(url), SimpleQueue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    if parts.username:
        client.username_pw_set(parts.username, parts.password)
    subscribed = SimpleQueue()
    client.on_message = lambda _client, _data, message: found.put(message)
    client.on_subscribe = lambda *_: subscribed.put(True)
    client.connect(parts.hostname, parts.port)
    client.subscribe(QUEUE, qos=1)
    client.loop_start()
    subscribed.get(timeout=60)

    def take(ids):
        arrived, left = [], set(ids)
        while True:
            try:
                message = found.get(timeout=60 if left else 0.5)
            except Empty:
                return arrived
            id = dict(message.properties.UserProperty)["message-id"]
            arrived.append((id, json.loads(message.payload)))
            left.discard(id)

    yield take
    client.loop_stop()
    client.disconnect()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_broker_restarted_in_a_batch_gets_every_message(
    site,  # noqa: F811
    rabbitmq,
    monkeypatch,
    end,
):
    configure("amqp", rabbitmq.url)
    ids = fill(site, "amqp", 150)
    sent, original = [], Publisher._send

    def counting(self, *arguments):
        sent.append(arguments)
        if len(sent) == 50:
            getattr(rabbitmq, end)()
        original(self, *arguments)

    monkeypatch.setattr(Publisher, "_send", counting)
    with durable_queue(rabbitmq.url) as take:
        # What it knows of a new queue is on its disk only some time later.
        rabbitmq.restart()
        try:
            assert drain_once(site)["amqp:x"].error
            rabbitmq.start()
            ends = time.monotonic() + 60
            while state(site).pending:
                assert time.monotonic() < ends, state(site)
                forget_breakers()
                drain_once(site)
            judge(ids, take())
        finally:
            rabbitmq.start()
            close_pools()
    assert (state(site).parked, state(site).sent) == (0, 150)


def state(site):  # noqa: F811
    transaction.begin()
    return outbox_state(site)["amqp:x"]
