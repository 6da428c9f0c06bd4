"""Open the database of monitoring: SQLite by default, PostgreSQL at scale."""

from ..interfaces import DatabaseMissing
from ..interfaces import WrongUse
from .errors import translated
from pathlib import Path
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError


#: Milliseconds to wait for another writer of SQLite.
BUSY = 5000
#: KiB of page cache of a writer.
CACHE = 32768
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def open_engine(url, read_only=False, busy=BUSY, patience=None, must_exist=False):
    """An SQLAlchemy engine for *url*, also a bare path of an SQLite file.

    *patience*: milliseconds that PostgreSQL may take for a statement, waiting for
    locks included; then it is given up.

    On a writing engine each transaction of SQLite starts as a writer, so that
    it never fails half way because another one wrote meanwhile.

    :raises WrongUse: Nothing can be made of the URL.
    :raises DatabaseMissing: *read_only* or *must_exist*, and there is no such file.
    """
    url = database_url(url)
    look_at_url(url)
    if url.get_backend_name() == "sqlite":
        return sqlite_engine(url, read_only, busy, must_exist)
    return postgresql_engine(url, read_only, busy, patience)


def look_at_url(url):
    """:raises WrongUse: It is of no database that we can use."""
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise WrongUse(
            f"{url.get_backend_name()} is not supported: sqlite or postgresql."
        )


def database_url(text) -> URL:
    """The URL; a path is SQLite's, PostgreSQL is spoken to by psycopg."""
    if isinstance(text, URL):
        return text
    text = str(text)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        # Not quoted: it may hold a password.
        raise WrongUse(
            "The URL of the database cannot be read: write a path,"
            " sqlite:////path/of.db or postgresql://user@host:5432/name."
        ) from error
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def sqlite_engine(url, read_only, busy, must_exist=False):
    path = url.database
    if not path or path == ":memory:":
        raise WrongUse("Monitoring needs a database in a file, not in memory.")
    if read_only:
        if not Path(path).is_file():
            raise DatabaseMissing(f"There is no database {path}.")
        query = {"uri": "true", "mode": "ro"}
        url = URL.create("sqlite", database=Path(path).absolute().as_uri(), query=query)
    elif not Path(path).absolute().parent.is_dir():
        raise DatabaseMissing(f"There is no folder for the database {path}.")
    elif must_exist and not Path(path).exists():
        raise DatabaseMissing(
            f"There is no database {path}. If it shall be there,"
            f" 'hoard-poller migrate --database {path}' makes it."
        )
    engine = create_engine(url, connect_args={"timeout": busy / 1000})
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def prepare(connection, record):
        # Our own BEGIN; the driver's would come only before the first write.
        connection.isolation_level = None
        if not read_only:
            # Counts only for a file that is still empty.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{CACHE}")

    @event.listens_for(engine, "begin")
    def start(connection):
        connection.exec_driver_sql(begin)

    return translated(engine)


def postgresql_engine(url, read_only, busy=BUSY, patience=None):
    # libpq counts whole seconds, and takes 1 for 2.
    options, settings = {"connect_timeout": max(2, busy * 2 // 1000)}, []
    if read_only:
        settings.append("-c default_transaction_read_only=on")
    if patience:
        settings.append(f"-c statement_timeout={int(patience)}")
    if settings:
        options["options"] = " ".join(settings)
    # A restarted server is noticed before the work, not in it.
    return translated(create_engine(url, pool_pre_ping=True, connect_args=options))
