"""TLS: a certificate that nobody trusts, an expired one, one of another name."""

from collective.hoard.connections import breaker_for
from collective.hoard.connections import ServiceSettings
from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.connectors.amqp import AmqpConnector
from collective.hoard.connections.connectors.http import HttpConnector
from collective.hoard.connections.connectors.mqtt import MqttConnector
from collective.hoard.connections.connectors.solr import SolrConnector
from collective.hoard.connections.pools import close_pools
from servers.certificates import Authority
from threading import Thread
from zope.i18n import interpolate
import pytest
import socket


CONNECTORS = {
    "amqps": AmqpConnector(),
    "https": HttpConnector(),
    "https+solr": SolrConnector(),
    "mqtts": MqttConnector(),
}


class Server(Thread):
    """Shakes hands over TLS and hangs up."""

    def __init__(self, context):
        super().__init__(daemon=True)
        self.context = context
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.start()

    def run(self):
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            try:
                self.context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def try_it():
    servers = []
    forget_breakers()

    def try_it(kind, context):
        server = Server(context)
        servers.append(server.socket)
        port = server.socket.getsockname()[1]
        url = f"{kind.split('+')[0]}://127.0.0.1:{port}/solr/hoard"
        settings = ServiceSettings("s", kind, url, timeout=5)
        trial = CONNECTORS[kind].try_it(settings)
        text = interpolate(trial.message, trial.message.mapping)
        return trial.ok, text, breaker_for(url).state

    yield try_it
    close_pools()
    for one in servers:
        one.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_nobody_knows_the_authority(try_it, authority, kind):
    ok, text, state = try_it(kind, authority.context())

    assert not ok and state == "closed"
    assert "is not accepted:" in text and "issuer certificate" in text


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
@pytest.mark.parametrize(
    "wrong, word",
    [("expired", "expired"), ("other name", "127.0.0.1")],
)
def test_the_authority_is_known_but_the_certificate_is_wrong(
    try_it, authority, monkeypatch, kind, wrong, word
):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    path = authority.expired() if wrong == "expired" else authority.issue("other.test")

    ok, text, _state = try_it(kind, authority.context(path))

    assert not ok
    assert "is not accepted:" in text and word in text.split("accepted:")[1]


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_a_private_authority_can_be_trusted(try_it, authority, monkeypatch, kind):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)

    _ok, text, _state = try_it(kind, authority.context())

    assert "not accepted" not in text
