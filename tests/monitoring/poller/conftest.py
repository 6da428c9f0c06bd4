from monitoring.poller.running import Running
import pytest


@pytest.fixture
def poller(site):
    """``poller(**sections)``: a running poller on the site's database."""
    running = []

    def start(**sections):
        running.append(Running(site, **sections).__enter__())
        return running[-1]

    yield start
    for one in running:
        one.__exit__()
