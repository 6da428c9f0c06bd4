"""Turn the drivers' errors into words and into classes a caller can tell apart."""

from ..interfaces import DatabaseDown
from ..interfaces import DatabaseFull
from ..interfaces import DatabaseLocked
from ..interfaces import DatabaseMissing
from ..interfaces import DatabaseSlow
from sqlalchemy import event


WORDS = {
    DatabaseLocked: "The monitoring database is locked by another writer.",
    DatabaseSlow: "The monitoring database took too long to answer.",
    DatabaseFull: "The disk of the monitoring database is full.",
    DatabaseMissing: "The monitoring database has no tables yet:"
    " run 'hoard-poller migrate'.",
    DatabaseDown: "The monitoring database cannot be reached or read.",
}
#: Part of SQLite's message, or PostgreSQL's SQLSTATE, and what it is.
MESSAGES = (
    ("database is locked", DatabaseLocked),
    ("database table is locked", DatabaseLocked),
    ("database or disk is full", DatabaseFull),
    ("no such table", DatabaseMissing),
    # A limit of file size and a broken disk look alike.
    ("disk i/o error", DatabaseFull),
    ("unable to open database file", DatabaseDown),
    ("file is not a database", DatabaseDown),
    ("database disk image is malformed", DatabaseDown),
    ("attempt to write a readonly database", DatabaseDown),
)
STATES = {
    "53100": DatabaseFull,
    "55P03": DatabaseLocked,
    "40P01": DatabaseLocked,
    "42P01": DatabaseMissing,
    "3D000": DatabaseMissing,
    "57014": DatabaseSlow,
    "57P01": DatabaseDown,
    "57P03": DatabaseDown,
    "25006": DatabaseDown,
}


def translated(engine):
    """*engine*, whose errors of operation are `DatabaseUnusable`s."""

    @event.listens_for(engine, "handle_error")
    def translate(context):
        put_into_words(context.original_exception)

    return engine


def put_into_words(error):
    """:raises DatabaseUnusable: What a driver's *error* means, if it means that."""
    kind = meaning(error)
    if kind is not None:
        raise kind(f"{WORDS[kind]} ({first_line(error)})") from error


def meaning(error):
    """The class for a driver's *error*, or None where it is our own mistake."""
    state = getattr(error, "sqlstate", None)
    if state in STATES:
        return STATES[state]
    if type(error).__name__ not in (
        "OperationalError",
        "DatabaseError",
        "UndefinedTable",
    ):
        return None
    text = str(error).lower()
    for words, kind in MESSAGES:
        if words in text:
            return kind
    # psycopg gives no state where no server answered.
    return DatabaseDown if type(error).__module__.startswith("psycopg") else None


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
