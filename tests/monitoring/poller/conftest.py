from pathlib import Path
import pytest
import sys


sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "checks"))


@pytest.fixture
def site(tmp_path):
    """An empty database of monitoring; see `running.Site`."""
    from running import Site

    return Site(tmp_path / "monitoring.db")


@pytest.fixture
def poller(site):
    """``poller(**sections)``: a running poller on the site's database."""
    from running import Running

    running = []

    def start(**sections):
        running.append(Running(site, **sections).__enter__())
        return running[-1]

    yield start
    for one in running:
        one.__exit__()


@pytest.fixture(scope="session")
def target():
    from targets import Target

    with Target() as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    from targets import Authority

    return Authority(tmp_path_factory.mktemp("certificates"))
