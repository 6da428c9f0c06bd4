"""Messages to a real RabbitMQ, against kombu's own loop.

Both have the broker's confirm of each message: kombu's loop before it sends the
next; we, who send a hundred at a time, before one is removed from the outbox. They
send the same bytes, persistent, to a durable queue and to one in memory. Measured are the
target alone, and the way from the outbox: it reads the message from the ZODB
(FileStorage), looks whether the submission is still there, and removes the
message when it is confirmed.
"""

from bare_site import FORM
from bare_site import ledger_of
from bare_site import prepare as prepare_site
from bare_site import Site
from collective.hoard.connections import ServiceSettings
from collective.hoard.connections.connectors.amqp import AmqpConnector
from collective.hoard.connections.interfaces import IConnector
from collective.hoard.connections.interfaces import IServiceDirectory
from collective.hoard.connections.pools import close_pools
from collective.hoard.delivery.interfaces import ITargetKind
from collective.hoard.delivery.settings import get_target
from collective.hoard.delivery.targets.amqp import Amqp
from collective.hoard.ledger.keys import make_key
from collective.hoard.ledger.keys import now_ms
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import send
from collective.hoard.outbox._drain_messages import AT_ONCE
from collective.hoard.outbox.interfaces import IMessageTarget
from contextlib import contextmanager
from databases import database
from functools import partial
from party import in_turn
from pathlib import Path
from plone.registry.interfaces import IRegistry
from report import in_rounds
from report import Row
from report import Samples
from submissions import submission
from time import perf_counter
from urllib.parse import urlsplit
from zope.component import provideAdapter
from zope.component import provideUtility
from zope.interface import implementer
import json
import os
import sys
import transaction


KINDS = {True: "durable queue", False: "queue in memory"}
TOLD = "at most 2 (0.5 x as many)"
QUEUE = "hoard-benchmark"
TARGET = {
    "id": "bus",
    "kind": "amqp",
    "title": "Bus",
    "options": {
        "service": "amqp",
        "exchange": "",
        "type": "direct",
        "routing_key": QUEUE,
        "mandatory": True,
    },
}


def measure(folder, sizes):
    """The rows of the report; none is measured where RabbitMQ is missing."""
    with rabbitmq() as broker:
        if broker is None:
            return [Row("AMQP", "not measured: no RabbitMQ", required=TOLD)]
        configure(broker.url)
        with database(f"file:{folder / 'outbox.fs'}") as db:
            prepare_site(db)
            rows = [
                row
                for durable in KINDS
                for row in measure_queue(broker.url, db, durable, sizes)
            ]
        close_pools()
    return rows


def measure_queue(url, db, durable, sizes):
    """The rows for one kind of queue, each way in turn."""
    data = message(db)

    def in_queue(way):
        with queue(url, durable):
            return way(url, db, data, sizes.messages)

    ways = [partial(in_queue, way) for way in (by_kombu, by_target, by_outbox)]
    found = in_turn(sizes.message_rounds, *ways)
    kombu, *ours = (Samples(tuple(times)) for times in found)
    note = "kombu's own loop: "
    titles = ("message to AMQP, confirmed", "the same from the outbox")
    return [
        in_rounds(f"{title}: {KINDS[durable]}", times, kombu, 2, note, TOLD)
        for title, times in zip(titles, ours, strict=True)
    ]


@contextmanager
def rabbitmq():
    """A broker of our own, or None."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from servers import NotThere
    from servers import SERVERS

    server = SERVERS["rabbitmq"]()
    try:
        yield server.start()
    except NotThere:
        yield None
    finally:
        server.close()


def configure(url):
    """What the control panel of a site would have."""
    password = urlsplit(url).password
    os.environ["HOARD_BENCHMARK_AMQP"] = password
    bare = url.replace(f":{password}@", "@")
    settings = ServiceSettings(
        "amqp", "amqp", bare, secret_reference="env:HOARD_BENCHMARK_AMQP"
    )

    @implementer(IServiceDirectory)
    class Directory:
        def __init__(self, site):
            self.get = {"amqp": settings}.get

    provideAdapter(Directory, (Site,))
    provideUtility(AmqpConnector(), IConnector, "amqp")
    provideUtility(Amqp(), ITargetKind, "amqp")
    provideUtility(Amqp(), IMessageTarget, "amqp")
    provideUtility({"collective.hoard.delivery.targets": [TARGET]}, IRegistry)


def message(db):
    """A message about a submission that is there."""
    with db.transaction() as connection:
        values = submission(1)
        key = ledger_of(connection).add(values, schema=1, token=make_key(now_ms()))
    plain = {name: str(value) for name, value in values.items()}
    form = {"uid": FORM, "id": "contact", "title": "Contact", "path": "/contact"}
    time = "2026-11-22T09:30:12.345+00:00"
    return {
        "version": 1,
        "event": "added",
        "time": time,
        "form": form,
        "submissions": [str(key)],
        "submission": {"id": str(key), "submitted": time, "values": plain},
    }


@contextmanager
def queue(url, durable):
    """The queue, empty."""
    from kombu import Connection
    from kombu import Queue

    with Connection(url) as connection:
        bound = Queue(QUEUE, durable=durable)(connection.channel())
        bound.declare()
        bound.purge()
        yield bound
        bound.delete()


def by_kombu(url, db, data, count):
    """Seconds for each message, by kombu's own loop."""
    from kombu import Connection
    from kombu import Producer

    options = {"confirm_publish": True}
    with Connection(url, transport_options=options) as connection:
        producer = Producer(connection.channel())
        body = json.dumps({"id": "x" * 36, **data}).encode()
        started = perf_counter()
        for number in range(count):
            producer.publish(
                body,
                exchange="",
                routing_key=QUEUE,
                mandatory=True,
                delivery_mode=2,
                content_type="application/json",
                content_encoding="utf-8",
                message_id=str(number),
            )
        return (perf_counter() - started) / count


def by_target(url, db, data, count):
    """Seconds for each message, by the target alone, as the drainer calls it."""
    target, amqp = get_target("amqp:bus"), Amqp()
    pairs = [(str(number), data) for number in range(count)]
    with db.transaction() as connection:
        site = connection.root()["site"]
        started = perf_counter()
        for first in range(0, count, AT_ONCE):
            answers = amqp.send_many(site, target, pairs[first : first + AT_ONCE])
            assert not any(answers), answers
        return (perf_counter() - started) / count


def by_outbox(url, db, data, count):
    """Seconds for each message, from the outbox to the removal."""
    with db.transaction() as connection:
        for _ in range(count):
            send(connection.root()["site"], "amqp:bus", data)
    connection = db.open()
    try:
        site = connection.root()["site"]
        started = perf_counter()
        drain_once(site)
        seconds = perf_counter() - started
        transaction.begin()
        left = outbox_state(site)["amqp:bus"]
        assert (left.pending, left.parked) == (0, 0), left
        return seconds / count
    finally:
        transaction.abort()
        connection.close()


if __name__ == "__main__":
    from report import report
    from run import Sizes
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        print(report(measure(Path(folder), Sizes(messages=500, message_rounds=5))))
