"""Drainers of `test_killed.py`; roles as in `outbox/process.py`.

``drainers`` fills an outbox and drains it *rounds* times in processes of their own,
each killed in the middle of a batch; then in peace.
"""

from collective.hoard.connections import ServiceSettings
from collective.hoard.connections.connectors.amqp import AmqpConnector
from collective.hoard.connections.connectors.mqtt import MqttConnector
from collective.hoard.connections.interfaces import IConnector
from collective.hoard.connections.interfaces import IServiceDirectory
from collective.hoard.delivery.interfaces import ITargetKind
from collective.hoard.delivery.targets.amqp import Amqp
from collective.hoard.delivery.targets.corking import Cork
from collective.hoard.delivery.targets.mqtt import Mqtt
from collective.hoard.delivery.targets.mqtt import Session
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import prepare_target
from collective.hoard.outbox import send
from collective.hoard.outbox.interfaces import IMessageTarget
from outbox.process import die
from outbox.process import in_child
from outbox.process import terms
from persistent.mapping import PersistentMapping
from plone.registry.interfaces import IRegistry
from random import randint
from stand_ins import a_site
from urllib.parse import urlsplit
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
from zope.component import provideUtility
from zope.interface import implementer
import json
import os
import signal
import sys
import transaction


QUEUE = "hoard-killed"
OPTIONS = {
    "amqp": {"service": "amqp", "exchange": "", "type": "direct", "routing_key": QUEUE},
    "mqtt": {"service": "mqtt", "topic": QUEUE, "protocol": "5"},
}
KINDS = {"amqp": (AmqpConnector, Amqp), "mqtt": (MqttConnector, Mqtt)}


def configure(kind, url):
    """What a site would have: one connection, and a target ``kind:x`` that uses it."""
    parts = urlsplit(url)
    os.environ["HOARD_TEST_PASSWORD"] = parts.password or ""
    bare = url.replace(f":{parts.password}@", "@") if parts.password else url
    secret = "env:HOARD_TEST_PASSWORD" if parts.password else ""
    settings = ServiceSettings(kind, kind, bare, secret_reference=secret)
    connector, target = KINDS[kind]

    @implementer(IServiceDirectory)
    class Directory:
        def __init__(self, site):
            self.get = {kind: settings}.get

    data = {"id": "x", "kind": kind, "title": "X", "options": OPTIONS[kind]}
    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    provideAdapter(Directory, (PersistentMapping,))
    provideUtility(connector(), IConnector, kind)
    provideUtility(target(), ITargetKind, kind)
    provideUtility(target(), IMessageTarget, kind)
    provideUtility({"collective.hoard.delivery.targets": [data]}, IRegistry)


def fill(site, kind, count):
    """:return: the ids of so many messages."""
    prepare_target(site, f"{kind}:x", "messages")
    form = {"uid": "f", "id": "f", "title": "F", "path": "/f", "url": "http://f"}
    time = "2026-11-22T09:30:12.345+00:00"
    ids = []
    for number in range(count):
        body = {"version": 1, "event": "test", "time": time, "form": form}
        body |= {"submissions": [str(number)], "submission": None}
        ids.append(send(site, f"{kind}:x", body))
    transaction.commit()
    return ids


def drainers(path, kind, url, count, rounds):
    """:return: the ids that were sent, and what is pending in the end."""
    configure(kind, url)
    db = DB(FileStorage(path))
    with db.transaction() as connection:
        connection.root()["site"] = a_site()
    connection = db.open()
    ids = fill(connection.root()["site"], kind, count)
    db.close()
    for _ in range(rounds):
        status = in_child(lambda: drain(path, kill=kind))
        assert status == signal.SIGKILL, status
    assert in_child(lambda: drain(path)) == 0
    db = DB(FileStorage(path))
    state = outbox_state(db.open().root()["site"])[f"{kind}:x"]
    db.close()
    return {"ids": ids, "pending": state.pending, "parked": state.parked}


def drain(path, kill=None):
    if kill:
        KILLERS[kill]()
    db = DB(FileStorage(path))
    drain_once(db.open().root()["site"], terms=terms())
    db.close()


def die_among_messages():
    """When so many messages are acknowledged that were not removed yet."""
    left = randint(1, 20)
    tell = Session.tell

    def counting(self, *arguments):
        nonlocal left
        tell(self, *arguments)
        left -= 1
        if left == 0:
            die()

    Session.tell = counting


def die_in_a_batch():
    """When the broker has some of it, and perhaps a part of a message."""
    taken = Cork._taken

    def sending(self):
        data = taken(self)
        self._write(data[: randint(len(data) // 4, len(data))])
        die()

    Cork._taken = sending


KILLERS = {"amqp": die_in_a_batch, "mqtt": die_among_messages}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](**json.loads(sys.argv[2]))))
