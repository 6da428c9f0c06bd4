"""The checks of content: kept as the content says, found by its UID."""

from ...monitoring.control import CONTROL
from ...monitoring.database import tables as t
from ...monitoring.poller.lists import COLUMNS
from ..engines import reading
from ..reading import one
from ..rights import CONTENT
from . import checks
from .rows import of_address
from dataclasses import dataclass
from sqlalchemy import select


@dataclass(frozen=True, slots=True)
class Watch:
    """What one item wants; *trusted* if who set the address may manage monitoring."""

    uid: str
    title: str
    address: str
    group: str = ""
    trusted: bool = False

    @property
    def row(self):
        row = {**of_address(self.address), "name": f"content:{self.uid}"}
        return row | {
            "title": CONTROL.sub(" ", self.title)[:200],
            "groups": [self.group] if self.group else [],
        }


def keep(watch):
    """Make the check of an item as *watch* says; whether it was another.

    :raises Refused: It cannot be checked.
    :raises CheckUnusable: The address is none.
    """
    group = None if watch.trusted else CONTENT
    known = find(watch.uid)
    if known is None:
        checks.add(watch.row, watch.trusted, group, watch.uid)
        return True
    if is_so(known, checks.one(watch.row, watch.trusted), group):
        return False
    checks.change(known.id, watch.row, watch.trusted, group, revive=True)
    return True


def is_so(known, wanted, group):
    """Whether nothing would be changed."""
    if known.removed is not None or known.owner_group != group:
        return False
    with reading() as connection:
        groups, _tags = one.groups(connection, known.id)
    same = all(getattr(known, key) == wanted.columns.get(key) for key in COLUMNS)
    return same and set(groups) == set(wanted.groups)


def drop(uid):
    """The item is no longer watched; the history of its check is kept."""
    known = find(uid)
    if known is not None and known.removed is None:
        checks.remove(known.id)


def find(uid):
    """The row of the check of an item, or None."""
    with reading() as connection:
        query = select(t.check).where(t.check.c.uid == uid)
        return connection.execute(query).one_or_none()


def all_of_content():
    """UIDs of all checks of content that are not removed."""
    c = t.check.c
    query = select(c.uid).where(c.uid.is_not(None), c.removed.is_(None))
    with reading() as connection:
        return set(connection.scalars(query))
