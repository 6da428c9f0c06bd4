"""Breakers, pools, settings, secrets, and words for errors."""

from collective.hoard.connections import _holder
from collective.hoard.connections import asking
from collective.hoard.connections import breaker_for
from collective.hoard.connections import pools
from collective.hoard.connections import ServiceSettings
from collective.hoard.connections._clients import closer
from collective.hoard.connections.breaker import Breaker
from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.connectors import base
from collective.hoard.connections.connectors.clamd import Clamd
from collective.hoard.connections.connectors.http import HttpClient
from collective.hoard.connections.explaining import explain
from collective.hoard.connections.health import health
from collective.hoard.connections.interfaces import ExtraMissing
from collective.hoard.connections.interfaces import IBreaker
from collective.hoard.connections.interfaces import IServiceSettings
from collective.hoard.connections.interfaces import SecretMissing
from collective.hoard.connections.interfaces import ServiceDown
from collective.hoard.connections.interfaces import ServiceRefused
from collective.hoard.connections.interfaces import SettingWrong
from collective.hoard.connections.redact import redacted
from collective.hoard.connections.redact import without_secrets
from io import BytesIO
from threading import Event
from threading import Thread
from zope.interface.verify import verifyObject
import json
import os
import pytest
import requests
import socket
import ssl
import subprocess
import sys
import traceback


@pytest.fixture(autouse=True)
def fresh():
    forget_breakers()
    yield
    forget_breakers()
    pools.close_pools()


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker("http://host/", clock)


def fail(breaker, times=1):
    for _ in range(times):
        breaker.failure(OSError("no"))


def test_a_breaker_keeps_the_contract(breaker):
    assert verifyObject(IBreaker, breaker)
    assert (breaker.state, breaker.until, breaker.allow()) == ("closed", None, True)


def test_it_opens_after_three_failures_in_a_row(breaker):
    fail(breaker, 2)
    breaker.success()
    fail(breaker, 2)
    assert breaker.allow()
    fail(breaker)

    assert breaker.state == "open" and not breaker.allow()
    assert breaker.last_error == "no"


def test_half_open_one_tries(breaker, clock):
    fail(breaker, 3)
    clock.now += 1

    assert breaker.state == "half-open"
    assert [breaker.allow() for _ in range(3)] == [True, False, False]
    breaker.success()
    assert breaker.state == "closed" and breaker.allow()


def test_pauses_double_up_to_a_minute(breaker, clock):
    fail(breaker, 3)
    waited = []
    for _ in range(9):
        start = clock.now
        while not breaker.allow():
            clock.now += 0.5
        waited.append(clock.now - start)
        fail(breaker)

    assert waited == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_late_failures_lengthen_no_pause(breaker, clock):
    fail(breaker, 20)
    clock.now += 1

    assert breaker.allow()


def test_who_tries_and_dies_blocks_nobody_for_ever(breaker, clock):
    fail(breaker, 3)
    clock.now += 1
    assert breaker.allow()
    clock.now += 1

    assert breaker.allow()


def test_breakers_are_shared_by_url():
    assert breaker_for("http://u:pw@h/x/") is breaker_for("http://u@h/x")
    assert breaker_for("http://h/x") is not breaker_for("http://h/y")


def make(url="http://127.0.0.1:1/", **values):
    return ServiceSettings(**{"name": "s", "kind": "http", "url": url} | values)


def test_settings_keep_the_contract():
    assert verifyObject(IServiceSettings, make())


@pytest.mark.parametrize(
    "url",
    [
        "", "/path", "host", "http://", "http://h:port/", "http://[::1/", "http://h/ x",
        "http://h/\x00", "http://u:pw@h/", "http://u:@h/", "http://h/?api_key=1",
        "http://h/?Password=1", None,
    ],
)  # fmt: skip
def test_urls_that_cannot_be_used(url):
    with pytest.raises(SettingWrong) as caught:
        make(url)
    assert "${" not in str(caught.value) and "pw" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"connect_timeout": 1e9}])
def test_timeouts_that_cannot_be_used(wrong):
    with pytest.raises(SettingWrong, match="between"):
        make(**wrong)


def test_secrets_of_the_environment_and_of_files(monkeypatch, tmp_path):
    monkeypatch.setenv("HOARD_S", "hunter2")
    path = tmp_path / "secret"
    path.write_text("hunter3\n")

    assert make(secret_reference="env:HOARD_S").secret == "hunter2"
    assert make(secret_reference=f"file:{path}").secret == "hunter3"
    assert make().secret == ""
    assert "hunter" not in repr(make(secret_reference="env:HOARD_S"))


def test_a_secret_is_read_at_each_use(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    settings = make(secret_reference=f"file:{path}")
    assert settings.secret == "old"

    path.write_text("new")

    assert settings.secret == "new"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x" * 70_000])
def test_secrets_that_are_not_there(tmp_path, content):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    settings = make(secret_reference=f"file:{path}")

    with pytest.raises(SecretMissing, match=str(path)):
        settings.secret  # noqa: B018


def test_a_missing_secret_is_nobodys_failure():
    settings = make(secret_reference="env:HOARD_NOT_SET")
    for _ in range(5):
        with pytest.raises(SecretMissing, match="HOARD_NOT_SET"):
            HttpClient(settings).get()
    assert breaker_for(settings.url).state == "closed"


@pytest.mark.parametrize(
    "url, shown",
    [
        ("http://u:pw@h:1/x?token=abc&a=1#f", "http://u@h:1/x?token=***&a=1"),
        ("unix:///run/x", "unix:///run/x"),
        ("http://[", ""),
    ],
)
def test_urls_are_shown_without_secrets(url, shown):
    assert without_secrets(url) == shown


def test_texts_are_shown_without_secrets():
    text = redacted("at amqp://u:pw@h/ with\n tok?secret=1", ["tok"])
    assert text == "at amqp://u:***@h/ with ***?secret=***"


@pytest.mark.parametrize(
    "error, kind, words",
    [
        (socket.gaierror(-2, "x"), ServiceDown, "name h:1 is not known"),
        (ConnectionRefusedError(), ServiceDown, "Nothing answers"),
        (TimeoutError(), ServiceDown, "in time"),
        (ConnectionResetError(), ServiceDown, "closed the connection"),
        (EOFError(), ServiceDown, "closed the connection"),
        (ssl.SSLCertVerificationError("self-signed"), ServiceRefused, "certificate"),
        (ssl.SSLError("wrong version"), ServiceRefused, "TLS"),
        (OSError("No route to host"), ServiceDown, "no way to"),
        (RuntimeError("FATAL: password authentication failed"), ServiceRefused, "user"),
        (ValueError("it says hunter2"), ServiceRefused, r"it says \*\*\*"),
    ],
)
def test_errors_in_words(error, kind, words):
    try:
        raise RuntimeError("wrapped") from error
    except RuntimeError as wrapped:
        told = explain(
            wrapped if kind is ServiceDown else error, "x://u:p@h:1/", ["hunter2"]
        )
    assert type(told) is kind
    with pytest.raises(kind, match=words):
        raise told


def test_no_secret_in_a_traceback(monkeypatch):
    monkeypatch.setenv("HOARD_S", "hunter2")
    try:
        with asking(make(secret_reference="env:HOARD_S")):
            raise ValueError("the password hunter2 is wrong")
    except ServiceRefused as error:
        text = "".join(traceback.format_exception(error))
    assert "hunter2" not in text and "***" in text


def test_a_missing_extra_is_named():
    with pytest.raises(ExtraMissing, match=r"collective.hoard\[amqp\]"):
        base.library("no_such_library", "amqp")


class Thing:
    closed = 0

    def close(self):
        self.closed += 1


def a_pool(**options):
    return pools.Pool("x://h/", Thing, Thing.close, **options)


def test_a_pool_lends_again_what_came_back():
    pool = a_pool()
    with pool.borrow() as (first, used):
        assert not used
    with pool.borrow() as (second, used):
        assert used and second is first
    assert (pool.lent, pool.free) == (0, 1)


def test_a_pool_drops_what_is_in_doubt():
    pool = a_pool()
    with pytest.raises(OSError), pool.borrow() as (first, _used):
        raise OSError
    assert closer.wait() and first.closed == 1
    assert (pool.lent, pool.free) == (0, 0)


def test_a_pool_replaces_what_is_not_usable_or_old(monkeypatch):
    pool = a_pool(usable=lambda thing: False)
    for _ in range(2):
        with pool.borrow() as (thing, used):
            assert not used
    monkeypatch.setattr(pools, "IDLE", -1)
    pool = a_pool()
    for _ in range(2):
        with pool.borrow() as (thing, used):
            assert not used
    assert pool.free == 1 and not thing.closed


def test_a_pool_is_capped():
    pool = a_pool(size=1, wait=0.01)
    with pool.borrow(), pytest.raises(ServiceDown, match="All 1 connections"):
        with pool.borrow():
            pass
    with pool.borrow():
        pass


def test_a_pool_wakes_who_waits():
    pool = a_pool(size=1, wait=60)
    got = Event()

    def wait():
        with pool.borrow():
            got.set()

    with pool.borrow():
        thread = Thread(target=wait)
        thread.start()
        assert not got.wait(0.05)
    assert got.wait(60)
    thread.join()


def test_a_pool_closes_what_is_idle():
    pool = a_pool()
    with pool.borrow() as (thing, _used):
        pass
    pool.sweep(0)
    assert closer.wait() and thing.closed == 1 and pool.free == 0


def test_a_failure_to_make_takes_no_place():
    def refuse():
        raise OSError

    pool = pools.Pool("x://h/", refuse, None, size=1, wait=0.01)
    for _ in range(3):
        with pytest.raises(OSError), pool.borrow():
            pass


class Server(Thread):
    """Answers each connection with the next of *answers*, then closes it."""

    def __init__(self, *answers):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answers = list(answers)
        self.accepted = 0
        self.start()

    def run(self):
        while self.answers:
            connection, _address = self.socket.accept()
            self.accepted += 1
            with connection:
                connection.recv(65536)
                connection.sendall(self.answers.pop(0))

    def close(self):
        self.socket.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def serve():
    servers = []

    def serve(*answers):
        servers.append(Server(*answers))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


def test_http_survives_a_server_that_closed_the_socket(serve):
    server = serve(OK, OK)
    client = HttpClient(make(f"http://127.0.0.1:{server.port}/"))

    assert [client.get().text for _ in range(2)] == ["ok", "ok"]
    assert server.accepted == 2


@pytest.mark.parametrize(
    "line, kind, words",
    [
        (b"401 No", ServiceRefused, "password"),
        (b"503 No", ServiceDown, "cannot answer now"),
    ],
)
def test_http_that_says_no(serve, line, kind, words):
    server = serve(b"HTTP/1.1 " + line + b"\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(kind, match=words):
        HttpClient(make(f"http://127.0.0.1:{server.port}/")).get()


def test_http_follows_nobody_elsewhere(serve):
    server = serve(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    client = HttpClient(make(f"http://127.0.0.1:{server.port}/"))

    assert client.get().status_code == 302
    with pytest.raises(ValueError, match="another server"):
        client.get("http://127.0.0.1:1/")


def test_http_sends_the_secret_in_a_header_only(serve, monkeypatch):
    monkeypatch.setenv("HOARD_S", "hunter2")
    server = serve(OK)
    url = f"http://127.0.0.1:{server.port}/"
    response = HttpClient(make(url, secret_reference="env:HOARD_S")).get()

    assert response.request.headers["Authorization"] == "Bearer hunter2"
    assert response.request.url == url


@pytest.mark.parametrize(
    "answer, words",
    [
        (b"", "closed"),
        (b"stream: x ERROR\0", "could not scan"),
        (b"HTTP/1.1 400", "could not"),
    ],
)
def test_something_that_is_not_clamd(serve, answer, words):
    server = serve(answer)
    clamd = Clamd(make(f"tcp://127.0.0.1:{server.port}"))
    with pytest.raises((ServiceDown, ServiceRefused), match=words):
        clamd.scan(BytesIO(b"x"))


def test_clamd_on_a_unix_socket(tmp_path):
    path = tmp_path / "clamd.ctl"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        clamd = Clamd(make(f"unix://{path}"))

        def answer():
            connection, _address = server.accept()
            with connection:
                assert connection.recv(100) == b"zPING\0"
                connection.sendall(b"PONG\0")

        thread = Thread(target=answer)
        thread.start()
        clamd.ping()
        thread.join()
    path.unlink()
    with pytest.raises(ServiceDown, match="There is no socket"):
        clamd.ping()


def test_health_can_be_json(connection, factory):
    from collective.hoard.connections import foreign_connection

    foreign_connection(connection.root.a, "svc", factory)
    breaker_for("http://u:hunter2@h/").failure(OSError("hunter http://u:hunter2@h/"))

    text = json.dumps(health())

    assert "hunter2" not in text and '"fake"' in text


def test_a_child_has_pools_of_its_own():
    pool = pools.pool("key", "x://h/", Thing, Thing.close)
    with pool.borrow() as (parents, _used):
        pass
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        try:
            with pool.borrow() as (own, used):
                os.write(writing, b"%d%d" % (own is parents, used))
            _holder.close_all()
            os.write(writing, b"%d" % parents.closed)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reading, 9) == b"000"
    os.close(reading), os.close(writing)


def test_solr_asks_its_session_for_no_more_than_we_have():
    """pysolr calls what it is given as a session by get() and post()."""
    from collective.hoard.connections.connectors.solr import SolrConnector
    import pysolr

    solr = SolrConnector().connect(make("http://127.0.0.1:1/solr/x", kind="solr"))
    assert isinstance(solr, pysolr.Solr)
    for ask in (lambda: solr.search("x"), lambda: solr.add([{"id": 1}])):
        with pytest.raises(ServiceDown, match="Nothing answers"):
            ask()
    assert not isinstance(solr.session, requests.Session)


def test_solr_without_a_core():
    from collective.hoard.connections.connectors.solr import SolrConnector

    trial = SolrConnector().try_it(make("http://127.0.0.1:1/", kind="solr"))

    assert not trial.ok and "name of a core" in trial.message


def test_libraries_of_extras_are_loaded_by_use_only(python_environment):
    code = (
        "import sys, zope.component\n"
        "from zope.configuration import xmlconfig\n"
        "import collective.hoard.connections as package\n"
        "import collective.hoard.connections.health\n"
        "context = xmlconfig.file('meta.zcml', zope.component)\n"
        "xmlconfig.file('configure.zcml', package, context=context)\n"
        "print([n for n in ('kombu', 'paho', 'sqlalchemy', 'psycopg', 'pysolr')"
        " if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=python_environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
