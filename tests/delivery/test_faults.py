"""Targets behind a wrong certificate, and targets that hang."""

from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.pools import close_pools
from connections.test_certificates import Server
from delivery.conftest import drain
from delivery.conftest import give_rules
from delivery.conftest import message_rule
from delivery.conftest import send
from delivery.conftest import state
from delivery.test_targets import amqp
from delivery.test_targets import give_targets
from delivery.test_targets import mqtt
from delivery.test_targets import services  # noqa: F401 - a fixture
from delivery.test_targets import settings
from delivery.test_targets import target
from servers.certificates import Authority
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


def connect(form, services, kind, port):  # noqa: F811
    """Let the submissions of *form* go to a target at that port, over TLS."""
    options = {"url": f"https://127.0.0.1:{port}/", "private": True}
    target_of = {
        "amqp": lambda: amqp(),
        "mqtt": lambda: mqtt(topic="news"),
        "webhook": lambda: target("webhook", "crm", **options),
    }
    if kind != "webhook":
        url = f"{kind}s://127.0.0.1:{port}/"
        services[kind] = settings(kind, url, timeout=2)
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
    word,  # noqa: F811
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
