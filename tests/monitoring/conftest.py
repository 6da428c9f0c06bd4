"""What tests of several parts of monitoring need."""

from aiosmtpd.controller import Controller
from monitoring.checks.targets import Authority
from monitoring.checks.targets import Target
from monitoring.poller.running import Site
from servers.server import free_port
import pytest


@pytest.fixture
def port():
    """A port where nothing listens."""
    return free_port()


@pytest.fixture
def mail_server(port):
    """``mail_server(handler)``: a real SMTP server; the handler gets ``settings``
    for the channel that sends to it."""
    running = []

    def start(handler):
        running.append(
            Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=60)
        )
        running[-1].start()
        sender = "hoard@example.org"
        handler.settings = {"host": "127.0.0.1", "port": port, "sender": sender}
        return handler

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def site(tmp_path):
    """An empty database of monitoring; see `Site`."""
    return Site(tmp_path / "monitoring.db")


@pytest.fixture(scope="session")
def target():
    """A server that answers HTTP checks in many ways; see `Target`."""
    with Target() as running:
        yield running


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """An authority for targets of checks, also for broken certificates."""
    return Authority(tmp_path_factory.mktemp("certificates"))
