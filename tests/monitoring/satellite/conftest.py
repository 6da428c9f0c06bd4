from pathlib import Path
import pytest
import sys


FOLDER = Path(__file__).parent.parent
for name in ("poller", "checks"):
    if str(FOLDER / name) not in sys.path:
        sys.path.insert(0, str(FOLDER / name))


@pytest.fixture
def site(tmp_path):
    """An empty database of monitoring; see `running.Site`."""
    from running import Site

    return Site(tmp_path / "monitoring.db")


@pytest.fixture(scope="session")
def target():
    from targets import Target

    with Target() as running:
        yield running
