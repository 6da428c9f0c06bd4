"""The pages over PostgreSQL."""

from collective.hoard.watch import engines
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import status
from watch import world
from watch.conftest import configure
from watch.test_changing import post
from watch.test_changing import WINDOW
from watch.test_pages import PAGES
import pytest


pytestmark = pytest.mark.services


@pytest.fixture(scope="session")
def filled(postgresql):
    url = postgresql.create_database()
    world.make(url, checks=12, days=8)
    return url


@pytest.fixture
def user(functional, filled):
    configure(database=filled, public=True, public_groups=["web"])
    yield manager(functional)
    engines.forget()


MORE = (
    "hoard-wall",
    "hoard-status",
    "hoard-status-feed",
    "hoard-changes",
    "hoard-badge?group=web",
    "hoard-monitoring?text=site&group=web&status=ok",
    "hoard-check/1?days=365",
    "hoard-check/1/latency",
    "hoard-availability?group=web&format=csv",
    "hoard-incidents?open=1",
)


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_every_page(functional, user, name):
    user.open(f"{functional['portal'].absolute_url()}/@@{name}")

    assert status(user) == 200, contents(user)[-500:]


def test_writes(functional, user):
    url = f"{functional['portal'].absolute_url()}/@@"
    post(user, f"{url}hoard-maintenance", *WINDOW, ("group", "web"))
    assert "New disks" in contents(user)
    post(user, f"{url}hoard-check-edit", ("kind", "https"), ("host", "n.example.org"))
    assert status(user) == 200
    post(user, f"{url}hoard-check/4", ("acknowledge", "1"), ("text", "me"))
    assert "takes care of it" in contents(user)
