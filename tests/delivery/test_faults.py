"""Targets behind a wrong certificate, and targets that hang."""

from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.pools import close_pools
from collective.hoard.outbox.worker import Worker
from connections.test_certificates import Server
from delivery.conftest import drain
from delivery.conftest import give_rules
from delivery.conftest import message_rule
from delivery.conftest import send
from delivery.conftest import state
from delivery.test_targets import amqp
from delivery.test_targets import give_targets
from delivery.test_targets import mqtt
from delivery.test_targets import settings
from delivery.test_targets import target
from outbox.test_faults import wait_for
from servers.certificates import Authority
from threading import Thread
from time import monotonic
import pytest
import socket


NAMES = {"amqp": "amqp:bus", "mqtt": "mqtt:news", "webhook": "webhook:crm"}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def tls():
    """``tls(context)``: the port of a server that shakes hands."""
    servers = []
    forget_breakers()

    def start(context):
        servers.append(Server(context).socket)
        return servers[-1].getsockname()[1]

    yield start
    close_pools()
    forget_breakers()
    for one in servers:
        one.shutdown(socket.SHUT_RDWR)
        one.close()


def connect(form, services, kind, port):
    """Let the submissions of *form* go to a target at that port, over TLS."""
    options = {"url": f"https://127.0.0.1:{port}/", "private": True}
    target_of = {
        "amqp": lambda: amqp(),
        "mqtt": lambda: mqtt(topic="news"),
        "webhook": lambda: target("webhook", "crm", **options),
    }
    if kind != "webhook":
        url = f"{kind}s://127.0.0.1:{port}/"
        services[kind] = settings(kind, url, timeout=20)
    give_targets(target_of[kind]())
    give_rules(form, message_rule(NAMES[kind]))


@pytest.mark.parametrize("kind", sorted(NAMES))
@pytest.mark.parametrize(
    "wrong,word",
    [("unknown", "issuer"), ("expired", "expired"), ("other name", "127.0.0.1")],
)
def test_a_wrong_certificate_is_told_and_the_message_waits(
    form,
    services,
    tls,
    authority,
    monkeypatch,
    kind,
    wrong,
    word,
):
    if wrong != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    paths = {"expired": authority.expired, "other name": lambda: other(authority)}
    path = paths[wrong]() if wrong in paths else None
    connect(form, services, kind, tls(authority.context(path)))
    send(form, name="Ada")

    drain(form)

    found = state(NAMES[kind])
    assert (found.pending, found.parked) == (1, 0)
    assert "certificate" in found.last_error and word in found.last_error


def other(authority):
    return authority.issue("other.test")


class Silent(Thread):
    """Takes connections and says nothing; ``taken`` has them."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.taken = []
        self.start()

    def run(self):
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
            except OSError:
                return

    def close(self):
        """Also more than once."""
        if self.socket.fileno() != -1:
            self.socket.shutdown(socket.SHUT_RDWR)
        for one in (self.socket, *self.taken):
            one.close()


@pytest.fixture
def silent():
    """``silent[kind]``: a service that hangs, for each kind of target."""
    forget_breakers()
    found = {kind: Silent() for kind in NAMES}
    yield found
    for one in found.values():
        one.close()
    close_pools()
    forget_breakers()


@pytest.fixture
def worker(functional, silent):
    worker = Worker(functional["portal"]._p_jar.db(), interval=0.05)
    worker.start()
    yield worker
    # The calls that hang end now, and not by their time-outs.
    for one in silent.values():
        one.close()
    worker.stop(30)


def test_targets_that_hang_delay_no_submission(form, services, silent, worker):
    for kind in ("amqp", "mqtt"):
        url = f"{kind}://127.0.0.1:{silent[kind].port}/"
        services[kind] = settings(kind, url, timeout=10, connect_timeout=10)
    url = f"http://127.0.0.1:{silent['webhook'].port}/"
    options = {"url": url, "private": True, "insecure": True}
    give_targets(amqp(), mqtt(topic="news"), target("webhook", "crm", **options))
    give_rules(form, *(message_rule(name, id=kind) for kind, name in NAMES.items()))
    send(form, name="first")
    wait_for(lambda: all(one.taken for one in silent.values()), 60)

    longest = 0
    for number in range(10):
        started = monotonic()
        send(form, name=f"visitor {number}")
        longest = max(longest, monotonic() - started)

    assert longest < 8
    assert [state(name).pending for name in NAMES.values()] == [11] * 3
