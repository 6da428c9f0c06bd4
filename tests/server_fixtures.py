"""Real servers as fixtures: `clamd`, `mosquitto`, `postgresql`, `rabbitmq`, `solr`.

Each is a `servers.Server`, started when the first test asks for it and shared
by all: a test leaves it as empty as it found it. What a test stops, pauses or
kills is running again before the next test.
"""

from servers import get_server
from servers import NotThere
from servers import SERVERS
from servers.certificates import Authority
from servers.proxy import Proxy
import os
import pytest


# The shared servers that run.
STARTED = []


def missing(text):
    """Skip, visibly; fail where all services are required."""
    (pytest.fail if is_required() else pytest.skip)(text)


def is_required():
    return bool(os.environ.get("HOARD_REQUIRE_SERVICES"))


def shared(name):
    """A fixture of the whole session for the server *name*."""

    @pytest.fixture(scope="session", name=name)
    def server():
        try:
            server = get_server(name, is_required())
        except NotThere as reason:
            missing(str(reason))
        server.refuse = missing
        STARTED.append(server)
        yield server
        STARTED.remove(server)
        server.close()

    return server


globals().update({f"{name}_server": shared(name) for name in SERVERS})


@pytest.fixture
def require_server():
    """``require_server(name)``: skip, or fail, where it cannot be started."""

    def require(name):
        try:
            SERVERS[name]().look()
        except NotThere as reason:
            missing(str(reason))

    return require


@pytest.fixture
def own_server():
    """``own_server(name, **options)``: one more server, for this test alone."""
    servers = []

    def start(name, **options):
        server = SERVERS[name](**options)
        servers.append(server)
        try:
            return server.start()
        except NotThere as reason:
            missing(str(reason))

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def faulty():
    """``faulty(url)``: a `Proxy` in front of the server, which can misbehave."""
    proxies = []

    def start(url, context=None):
        proxies.append(Proxy(url, context))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """An `Authority` that issues certificates; ``.path`` is what clients trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


def pytest_runtest_setup(item):
    for server in STARTED:
        server.heal()
