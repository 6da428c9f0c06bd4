"""What tests of several parts of monitoring need."""

from monitoring.checks.targets import Authority
from monitoring.checks.targets import Target
from monitoring.poller.running import Site
import pytest


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
