"""The pages over PostgreSQL."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.watch import engines
from collective.hoard.watch import trouble
from collective.hoard.watch.browser.status import NOT_NOW
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import status
from watch import world
from watch.conftest import configure
from watch.test_changing import post
from watch.test_changing import WINDOW
from watch.test_pages import PAGES
import html
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


@pytest.fixture
def locked(postgresql, filled):
    """Somebody has locked the table that most pages read."""
    engine = open_engine(filled)
    with engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE check_ IN ACCESS EXCLUSIVE MODE")
        yield
    engine.dispose()


@pytest.mark.parametrize("name", ["hoard-monitoring", "hoard-wall", "hoard-status"])
def test_an_answer_that_takes_too_long_is_given_up(functional, user, locked, name):
    configure(patience=1)

    user.open(f"{functional['portal'].absolute_url()}/@@{name}")

    assert status(user) == 503
    told = NOT_NOW if name == "hoard-status" else trouble.SLOW
    assert html.unescape(contents(user)).count(str(told)[:60]) == 1


def test_what_somebody_else_holds_is_not_waited_for_when_writing(
    functional, user, filled
):
    configure(patience=1)
    engine, url = open_engine(filled), functional["portal"].absolute_url()
    user.open(f"{url}/@@hoard-check/4")

    with engine.begin() as connection:
        # As the rows of a writer are: others may read them.
        connection.exec_driver_sql("LOCK TABLE meta IN EXCLUSIVE MODE")
        post(user, f"{url}/@@hoard-check/4", ("acknowledge", "1"), ("text", "me"))
    engine.dispose()

    assert str(trouble.SLOW)[:60] in html.unescape(contents(user))
