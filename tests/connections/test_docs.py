"""The how-to, run as it stands."""

from collective.hoard.connections import asking
from collective.hoard.connections import ServiceSettings
from collective.hoard.connections.breaker import forget_breakers
from collective.hoard.connections.interfaces import IConnector
from collective.hoard.connections.pools import close_pools
from pathlib import Path
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from threading import Thread
from zope.component import getUtility
from zope.configuration import xmlconfig
from zope.interface.verify import verifyObject
import importlib
import pytest
import re
import socket
import sys


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-connector.md"
BLOCK = re.compile(
    r"^```(?:python|xml)\n(?:# |<!-- )(\S+)[^\n]*\n(.*?)^```$", re.S | re.M
)


class Server(Thread):
    """Tells the temperature; ``hang_up()`` drops its clients."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.clients = []
        self.start()

    def run(self):
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.clients.append(connection)
            Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            while connection.recv(100):
                connection.sendall(b"21.5\n")
        except OSError:
            pass

    def hang_up(self):
        for connection in self.clients:
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    @property
    def url(self):
        return f"weather://127.0.0.1:{self.socket.getsockname()[1]}"


@pytest.fixture
def server():
    server = Server()
    yield server
    server.socket.shutdown(socket.SHUT_RDWR)
    server.socket.close()


@pytest.fixture
def weather(tmp_path, monkeypatch):
    """The package that the page describes."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "weather").mkdir()
    (tmp_path / "weather" / "__init__.py").touch()
    for name, code in BLOCK.findall(PAGE.read_text()):
        (tmp_path / name).write_text(code)
    pushGlobalRegistry()
    forget_breakers()
    package = importlib.import_module("weather")
    import zope.component

    context = xmlconfig.file("meta.zcml", zope.component)
    xmlconfig.file("configure.zcml", package, context=context)
    yield package
    close_pools()
    popGlobalRegistry()
    for name in [n for n in sys.modules if n.split(".")[0] == "weather"]:
        del sys.modules[name]


def test_the_connector_works(weather, server):
    connector = getUtility(IConnector, "weather")
    assert verifyObject(IConnector, connector)

    there = connector.try_it(ServiceSettings("w", "weather", server.url))
    away = connector.try_it(ServiceSettings("w", "weather", "weather://127.0.0.1:1"))

    assert (there.ok, there.message) == (True, "It answers: 21.5 degrees.")
    assert not away.ok and "Nothing answers" in away.message


def test_the_client_is_kept_and_replaced_when_dead(weather, server, connection):
    use = importlib.import_module("weather.use")
    settings = ServiceSettings("w", "weather", server.url)
    page = connection.root.a

    assert [use.temperature(page, settings) for _ in range(3)] == [21.5] * 3
    assert len(server.clients) == 1
    server.hang_up()

    assert use.temperature(page, settings) == 21.5
    assert len(server.clients) == 2


def test_the_pool_and_the_short_way_work(weather, server, connection, factory):
    pooled = importlib.import_module("weather.pooled")
    short = importlib.import_module("weather.short")
    settings = ServiceSettings("w", "weather", server.url)

    assert [pooled.temperature(settings) for _ in range(2)] == [21.5] * 2
    assert len(server.clients) == 1
    first = short.client_of(connection.root.a, factory)
    assert short.client_of(connection.root.a, factory) is first


def test_asking_is_what_the_page_says(weather, server):
    from collective.hoard.connections.interfaces import ServiceDown

    with (
        pytest.raises(ServiceDown),
        asking(ServiceSettings("w", "weather", server.url)),
    ):
        raise EOFError
