"""One statement for many rows, past the parts of SQLAlchemy that cost most."""

from .errors import put_into_words
from .tables import NO_CODE
from contextlib import contextmanager


def execute_many(connection, sql, rows) -> int:
    """Run *sql*, whose parameters are question marks, for each of *rows*; how many
    rows it has changed.
    """
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        sql = sql.replace("?", "%s")
    with driver_cursor(connection) as cursor:
        cursor.executemany(sql, rows)
        return cursor.rowcount


@contextmanager
def driver_cursor(connection):
    """A cursor of the driver in the transaction of *connection*.

    :raises DatabaseUnusable: As `connection` does it itself.
    """
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        put_into_words(error)
        raise
    finally:
        cursor.close()


#: Parameters whose empty text stands for NULL, whose 1 for true: None and bool
#: cost SQLite's driver as much as all other parameters of a row together.
EMPTY, FLAG = "NULLIF(?, '')", "(? = 1)"
#: A code that is part of a key, and how it is read.
KEY_CODE, CODE_OF_KEY = f"COALESCE(?, {NO_CODE})", f"NULLIF(code, {NO_CODE})"


def upsert(table, key, columns, newer=None, **marks):
    """SQL that inserts a row or replaces *columns* of the one with that *key*.

    With *newer*, the name of a column, only where it is greater than it was.
    *marks*: ``column=EMPTY`` or another of them.
    """
    names = (*key, *columns)
    values = ", ".join(marks.get(name, "?") for name in names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
    condition = f" WHERE excluded.{newer} > {table}.{newer}" if newer else ""
    return (
        f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608
        f" VALUES ({values})"
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}{condition}"
    )
