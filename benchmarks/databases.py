"""Open the database that a short text names, so that other processes can too.

``file:PATH``, ``zeo:HOST,PORT`` or ``relstorage:DSN of PostgreSQL``.
"""

from contextlib import contextmanager


@contextmanager
def database(name):
    """A `ZODB.DB` with nothing cached, closed at the end."""
    kind, place = name.split(":", 1)
    db = OPENERS[kind](place)
    try:
        yield db
    finally:
        db.close()


def _file(path):
    from ZODB.DB import DB
    from ZODB.FileStorage import FileStorage

    return DB(FileStorage(path))


def _zeo(address):
    import ZEO

    host, port = address.split(",")
    return ZEO.DB((host, int(port)))


def _relstorage(dsn):
    from relstorage.adapters.postgresql import PostgreSQLAdapter
    from relstorage.options import Options
    from relstorage.storage import RelStorage
    from ZODB.DB import DB

    # No cache in memory across connections: what is measured cold must be cold.
    options = Options(keep_history=False, cache_local_mb=0)
    return DB(RelStorage(PostgreSQLAdapter(dsn=dsn, options=options), options=options))


OPENERS = {"file": _file, "zeo": _zeo, "relstorage": _relstorage}
