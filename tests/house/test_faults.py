"""The proxy misbehaves exactly as told; certificates are as bad as ordered."""

from servers.server import HOST
from servers.server import receive
import contextlib
import pytest
import socket
import socketserver
import ssl
import threading


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):
            while data := self.request.recv(65536):
                self.request.sendall(data)


@pytest.fixture
def echo():
    """URL of a server that says what it hears."""
    with socketserver.ThreadingTCPServer((HOST, 0), Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"tcp://{HOST}:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(faulty, echo):
    return faulty(echo)


def connect(proxy):
    return socket.create_connection((HOST, proxy.port), 10)


def say(connection, data):
    """What comes back for *data*, until all is back or the connection ends."""
    connection.sendall(data)
    heard = b""
    while len(heard) < len(data) and (part := connection.recv(65536)):
        heard += part
    return heard


def test_everything_passes(proxy):
    data = bytes(range(256)) * 5000
    with connect(proxy) as connection:
        assert say(connection, data) == data
    assert proxy.passed == {"up": len(data), "down": len(data)}


def test_refused_and_back_at_the_same_port(proxy):
    with connect(proxy) as connection:
        assert say(connection, b"a") == b"a"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        with pytest.raises(ConnectionResetError):
            say(connection, b"b")
    proxy.restore()
    with connect(proxy) as connection:
        assert say(connection, b"c") == b"c"


def test_hanging_and_going_on(proxy):
    with connect(proxy) as old:
        assert say(old, b"a") == b"a"
        proxy.hang()
        with connect(proxy) as new:
            for connection in (old, new):
                connection.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    say(connection, b"b")
            proxy.restore()
            for connection in (old, new):
                connection.settimeout(10)
                assert connection.recv(1) == b"b"


def test_http_requests_get_a_given_answer(proxy):
    with connect(proxy) as old:
        assert say(old, b"a") == b"a"
        proxy.answer(b"HTTP/1.1 503 Busy\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            old.recv(1)
    with connect(proxy) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(10)
        connection.sendall(b"c")
        assert receive(connection, 12) == b"HTTP/1.1 503"
    proxy.restore()
    with connect(proxy) as connection:
        assert say(connection, b"d") == b"d"


def test_dripping(proxy):
    proxy.drip(size=2, pause=0.2)
    with connect(proxy) as connection:
        connection.sendall(b"0123456789")
        first = connection.recv(100)
        assert b"0123456789".startswith(first) and len(first) < 10
        assert first + receive(connection, 10 - len(first)) == b"0123456789"


def test_open_connections_are_cut_new_ones_are_not(proxy):
    with connect(proxy) as connection:
        say(connection, b"a")
        assert proxy.open == 1
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            say(connection, b"b")
    with connect(proxy) as connection:
        assert say(connection, b"c") == b"c"


@pytest.mark.parametrize("direction", ["up", "down"])
def test_cut_after_a_number_of_bytes(proxy, direction):
    proxy.cut_after(1000, direction)
    heard = b""
    with connect(proxy) as connection:
        connection.sendall(b"x" * 5000)
        with pytest.raises(ConnectionResetError):
            while True:
                heard += connection.recv(100)
    assert len(heard) == 1000 and proxy.passed[direction] == 1000


def test_a_server_that_is_gone_ends_the_connection(faulty):
    proxy = faulty(f"tcp://{HOST}:1")
    with connect(proxy) as connection:
        assert connection.recv(1) == b""


def test_the_url_keeps_what_belongs_to_it(faulty, authority):
    proxy = faulty("amqp://me:secret@127.0.0.1:1//")
    assert proxy.url == f"amqp://me:secret@127.0.0.1:{proxy.port}//"
    proxy = faulty("postgresql+psycopg://me@127.0.0.1:1/a")
    assert proxy.url == f"postgresql+psycopg://me@127.0.0.1:{proxy.port}/a"
    proxy = faulty("mqtt://127.0.0.1:1", authority.context())
    assert proxy.url == f"mqtts://127.0.0.1:{proxy.port}"


def handshake(proxy, trust):
    with connect(proxy) as raw:
        with trust.wrap_socket(raw, server_hostname="localhost") as connection:
            return say(connection, b"x" * 200000) == b"x" * 200000


def test_a_good_certificate_is_taken(faulty, echo, authority):
    assert handshake(faulty(echo, authority.context()), authority.trusting())


@pytest.mark.parametrize(
    "order,complaint",
    [
        (lambda authority: authority.expired(), "expired"),
        (lambda authority: authority.issue("other.example.org"), "Hostname mismatch"),
    ],
    ids=["expired", "other name"],
)
def test_a_bad_certificate_is_not(faulty, echo, authority, order, complaint):
    proxy = faulty(echo, authority.context(order(authority)))
    with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
        handshake(proxy, authority.trusting())


def test_an_unknown_authority_is_not_trusted(faulty, echo, authority):
    proxy = faulty(echo, authority.context())
    with pytest.raises(
        ssl.SSLCertVerificationError, match="unable to get local issuer"
    ):
        handshake(proxy, ssl.create_default_context())
