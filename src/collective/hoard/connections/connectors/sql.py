"""SQL databases, by SQLAlchemy: one engine for each URL, in the whole process."""

from .._closing import in_child
from ..asking import asking
from ..interfaces import IConnector
from ..interfaces import NO_WRITES
from ..interfaces import NoWritesHere
from ..redact import without_secrets
from .base import Connector
from .base import library
from collective.hoard import _
from contextlib import contextmanager
from threading import Lock
from zope.interface import implementer
import transaction


EXTRA = "sql"
#: Seconds after which a kept connection is replaced rather than trusted.
RECYCLE = 1800
FINE = _("${url} answers: ${version}")

_engines = {}
_lock = Lock()


class SqlClient:
    """A database. Threads may share it: its sockets belong to the engine's pool.

    ``may_write`` is False for the client of a site on a historical or read-only
    ZODB connection.
    """

    kind = "sql"
    may_write = True

    def __init__(self, settings):
        self.settings = settings
        self.url = settings.url

    @property
    def engine(self):
        """The `sqlalchemy.Engine` of the process for this database.

        Its pool tries each connection before it lends it, and replaces a dead one.
        """
        return engine(self.settings)

    @contextmanager
    def reading(self):
        """A `sqlalchemy.Connection`; what is written through it is rolled back.

        Errors of the statements themselves come out as SQLAlchemy raises them.

        :raises ServiceDown, ServiceRefused: there is no connection to be had.
        """
        with asking(self.settings):
            connection = self.engine.connect()
        with connection:
            yield connection

    def session(self):
        """The `sqlalchemy.orm.Session` of the current transaction.

        It is committed, aborted and rolled back to savepoints with it, and closed
        at its end. Everybody in the transaction who asks for the same database
        gets the same one: two would wait for each other.

        On SQLite a savepoint raises an error, and Plone makes savepoints when
        content is renamed or pasted: write there through the outbox, or use
        PostgreSQL.

        :raises NoWritesHere: the ZODB connection it was got for may not write.
        """
        if not self.may_write:
            raise NoWritesHere(NO_WRITES)
        current = transaction.get()
        key = ("collective.hoard.sql", self.settings)
        sessions = _sessions_of(current)
        if key not in sessions:
            sessions[key] = self._joined_session()
        return sessions[key]

    def _joined_session(self):
        orm = library("sqlalchemy.orm", EXTRA)
        datamanager = library("zope.sqlalchemy", EXTRA)
        session = orm.Session(self.engine)
        # It cannot see what a statement in plain SQL changes.
        datamanager.register(
            session, initial_state=datamanager.datamanager.STATUS_CHANGED
        )
        return session

    def close(self):
        """Nothing to do: sockets belong to the engine."""


_SESSIONS = object()


def _sessions_of(current):
    try:
        return current.data(_SESSIONS)
    except KeyError:
        current.set_data(_SESSIONS, {})
        return current.data(_SESSIONS)


def engine(settings):
    """The engine for *settings*, made if there is none."""
    sqlalchemy = library("sqlalchemy", EXTRA)
    secret = settings.secret
    key = (settings.url, secret, settings.timeout, settings.connect_timeout)
    with _lock:
        if key not in _engines:
            _engines[key] = _make(sqlalchemy, settings, secret)
        return _engines[key]


def engines():
    """``[(url without secrets, engine)]`` of this process."""
    with _lock:
        found = list(_engines.items())
    return [(without_secrets(key[0]), one) for key, one in found]


def _make(sqlalchemy, settings, secret):
    url = sqlalchemy.engine.make_url(settings.url)
    if secret:
        url = url.set(password=secret)
    options = {"pool_pre_ping": True, "pool_recycle": RECYCLE}
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        options["pool_timeout"] = settings.timeout
        options["connect_args"] = {
            "connect_timeout": max(1, round(settings.connect_timeout)),
            # What the server does with a statement that takes too long ...
            "options": f"-c statement_timeout={round(settings.timeout * 1000)}",
            # ... and what the kernel does with a server that says nothing at all.
            "tcp_user_timeout": round(settings.timeout * 1000),
        }
    elif url.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": settings.timeout}
    # Statements and their values may be personal data: not in errors, not in logs.
    made = sqlalchemy.create_engine(url, hide_parameters=True, **options)
    if made.dialect.name == "postgresql":
        kind = library(f"{__package__}.postgresql", EXTRA).patient(settings.timeout)
        sqlalchemy.event.listen(
            made, "do_connect", lambda _d, _r, args, named: kind.connect(*args, **named)
        )
    return made


def _forked():
    """The child must not speak over its parent's sockets, nor say goodbye there."""
    global _lock
    _lock = Lock()
    for one in _engines.values():
        one.dispose(close=False)


in_child(_forked)


@implementer(IConnector)
class SqlConnector(Connector):
    """See `IConnector`. The client is an `SqlClient`."""

    title = _("SQL database")
    schemes = ("postgresql", "postgresql+psycopg", "sqlite")
    example = "postgresql+psycopg://hoard@127.0.0.1:5432/hoard"
    extra = EXTRA

    def connect(self, settings):
        """See `IConnector`. Connects at the first use."""
        library("sqlalchemy", EXTRA)
        return SqlClient(settings)

    def close(self, client):
        """See `IConnector`."""

    def _ask(self, settings):
        sqlalchemy = library("sqlalchemy", EXTRA)
        one = engine(settings)
        words = {"sqlite": "select 'SQLite ' || sqlite_version()"}
        statement = words.get(one.dialect.name, "select version()")
        with asking(settings), one.connect() as connection:
            version = connection.execute(sqlalchemy.text(statement)).scalar()
        told = {"url": settings.url, "version": " ".join(str(version).split()[:2])}
        return _(FINE, mapping=told)
