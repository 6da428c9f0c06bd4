"""A store on a fresh database, with a clock that tests turn."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.monitoring.history.store import Store
from monitoring.history.parts import Clock
import pytest
import shutil


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A file with all tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("history") / "empty.db"
    engine = open_engine(path)
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def database(empty_database, tmp_path):
    """The path of an SQLite database of the test's own."""
    return str(shutil.copy(empty_database, tmp_path / "hoard.db"))


@pytest.fixture
def engine(database):
    engine = open_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(engine, clock):
    return Store(engine, clock=clock)


@pytest.fixture(scope="session")
def postgresql_tables(postgresql):
    """The URL of a PostgreSQL database with all tables."""
    url = postgresql.create_database()
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url
