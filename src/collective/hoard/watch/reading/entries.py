"""Rules, alarms, contacts and policies as people write them down."""

from ...monitoring.interfaces import UnknownCheck
from ...monitoring.telling import entries


def everything(connection):
    """All that is stored, as TOML."""
    return entries.as_toml(entries.stored(connection))


def one(connection, kind, name):
    """One entry as TOML; None where there is none."""
    if kind not in entries.REMOVABLE:
        return None
    try:
        return entries.as_toml(entries.find(connection, kind, name))
    except UnknownCheck:
        return None


def roster(connection):
    """``(contacts, policies)``: plain data, by name."""
    return entries.contacts(connection), entries.policies(connection)
