"""Engines of the monitoring database: one to read and one to write per process.

Neither is ever joined to the Zope transaction: what is read may be a second
old, and what is written is a short transaction of its own.
"""

from ..monitoring.database.engine import database_url as normal_url
from ..monitoring.database.engine import open_engine
from ..monitoring.database.schema import REVISIONS
from ..monitoring.database.schema import VERSIONS
from ..monitoring.history.store import Store
from ..monitoring.interfaces import DatabaseDown
from ..monitoring.interfaces import DatabaseMissing
from ..monitoring.interfaces import SchemaNewer
from ..monitoring.interfaces import SchemaOlder
from .interfaces import NotInstalled
from .settings import database_url
from .settings import patience
from contextlib import contextmanager
from pathlib import Path
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from threading import Lock
from time import monotonic


#: Milliseconds that a page waits for the database.
BUSY = 1000
#: Milliseconds that a person's change waits for the poller to finish its own.
PATIENCE = 4000
#: Seconds for which a server that did not answer is not asked again: each
#: attempt takes a thread of Zope for as long as the time-out.
REST = 5

_lock = Lock()
#: {(url, read only): (engine, (identity of the file, milliseconds to wait))}
_engines = {}
#: {url: (until, error)}
_resting = {}


@contextmanager
def reading():
    """A connection that only reads, and sees one moment of the database.

    :raises HoardError: There is nothing to read; `trouble.words` has the words.
    """
    url = database_url()
    with translated(url):
        with engine(url, True).connect() as connection, connection.begin():
            demand_schema(connection)
            yield connection


@contextmanager
def storing():
    """A `Store` for a few short writes.

    :raises HoardError: See `reading`.
    """
    url = database_url()
    with translated(url):
        yield Store(engine(url, False))


@contextmanager
def writing():
    """``(store, connection)`` in one transaction in which nobody else writes."""
    with storing() as store, store.writing() as connection:
        yield store, connection


@contextmanager
def translated(url):
    until, error = _resting.get(url, (0, None))
    if until > monotonic():
        raise DatabaseDown(str(error))
    try:
        yield
    except DatabaseDown as error:
        if "://" in url and not url.startswith("sqlite"):
            _resting[url] = (monotonic() + REST, error)
        raise
    except ImportError as error:
        raise NotInstalled(str(error.name or error)) from error
    except SQLAlchemyError as error:
        # The drivers' texts may hold the address with the password.
        raise DatabaseDown(type(error).__name__) from error


def engine(url, read_only):
    """The engine for *url*; a new one where the file is another than before, or
    the setting of how long to wait.
    """
    limit = patience()
    key, identity = (url, read_only), (identity_of(url), limit)
    with _lock:
        found = _engines.get(key)
        if found and found[1] == identity:
            return found[0]
        if found:
            found[0].dispose()
        busy = BUSY if read_only else PATIENCE
        made = open_engine(url, read_only=read_only, busy=busy, patience=limit)
        _engines[key] = (made, identity)
        return made


def identity_of(url):
    """What tells one SQLite file from another at the same place."""
    url = normal_url(url)
    if url.get_backend_name() != "sqlite":
        return None
    try:
        found = Path(url.database or "").stat()
    except (OSError, ValueError) as error:
        # No name of a file holds a zero byte.
        raise DatabaseMissing(f"There is no database {url.database}.") from error
    return found.st_dev, found.st_ino


def forget():
    """Close all engines; they are opened again when they are needed."""
    with _lock:
        for found, _identity in _engines.values():
            found.dispose()
        _engines.clear()
        _resting.clear()


def demand_schema(connection):
    """:raises DatabaseUnusable: The tables are not those of this version."""
    query = select(text("version_num")).select_from(VERSIONS)
    found = connection.scalar(query)
    if found is None:
        raise DatabaseMissing("The monitoring database has no tables yet.")
    if found not in REVISIONS:
        raise SchemaNewer(f"revision {found}")
    if found != REVISIONS[-1]:
        raise SchemaOlder(f"revision {found}, needed is {REVISIONS[-1]}")
