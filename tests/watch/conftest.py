"""A site whose monitoring database has a month of history."""

from collective.hoard.watch import engines
from forms.browsing import manager
from plone import api
from watch import world
import pytest
import shutil
import transaction


@pytest.fixture(scope="session")
def full_database(tmp_path_factory):
    """A file with forty checks, made once, and their numbers by name."""
    path = tmp_path_factory.mktemp("watch") / "full.db"
    names = world.make(str(path))
    return path, names


@pytest.fixture
def database(full_database, tmp_path):
    """The path of a copy of the test's own."""
    path = str(shutil.copy(full_database[0], tmp_path / "hoard.db"))
    world.beat(path)
    yield path
    engines.forget()


@pytest.fixture
def names(full_database):
    """``{name of a check: its number}``"""
    return full_database[1]


def configure(**values):
    for name, value in values.items():
        api.portal.set_registry_record(f"collective.hoard.monitoring.{name}", value)
    transaction.commit()


@pytest.fixture
def site(functional, database):
    """The functional layer with monitoring set up."""
    configure(database=database)
    return functional


@pytest.fixture
def site_url_of(site):
    return site["portal"].absolute_url()


@pytest.fixture
def user(site):
    """A browser of somebody who may manage monitoring."""
    return manager(site)


@pytest.fixture
def url(site):
    """What views of the site are called after."""
    return f"{site['portal'].absolute_url()}/@@"
