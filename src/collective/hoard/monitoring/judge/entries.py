"""Entries of settings: what is needed in them, and rows known by a name."""

from ..database import tables as t
from ..interfaces import UnknownCheck
from .interfaces import WrongSettings
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


def need(kind, entry, *names):
    for name in names:
        if not entry.get(name) and entry.get(name) != 0:
            raise WrongSettings(f"{kind} {entry.get('name', '')!r} needs {name!r}.")


def check_number(connection, name):
    """:raises UnknownCheck: There is none of that name."""
    number = connection.scalar(select(t.check.c.id).where(t.check.c.name == name))
    if number is None:
        raise UnknownCheck(f"There is no check {name!r}.")
    return number


def upsert(connection, table, name, columns):
    """Write a row known by its name; its number."""
    own = table.c.name == name
    number = connection.scalar(select(table.c.id).where(own))
    if number is not None:
        connection.execute(update(table).where(own).values(**columns))
        return number
    made = connection.execute(insert(table).values(name=name, **columns))
    return made.inserted_primary_key[0]
