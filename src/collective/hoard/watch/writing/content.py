"""The checks of content: kept as the content says, found by its UID."""

from ...monitoring.control import CONTROL
from ...monitoring.database import tables as t
from ...monitoring.poller import judging
from ...monitoring.poller.lists import COLUMNS
from ..engines import reading
from ..reading import one
from ..rights import CONTENT
from . import checks
from .rows import of_address
from dataclasses import dataclass
from sqlalchemy import select


#: What the item alone says of its check.
SAID = ("title", "kind", "host", "port")


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
    row = completed(watch.row, known, group)
    if is_so(known, checks.one(row, watch.trusted), group):
        return False
    checks.change(known.id, row, watch.trusted, group, revive=True)
    return True


def completed(row, known, group):
    """*row*, with what people set of its check *known* that no item says: how often
    it is looked at, how it is judged, its tags.

    Parameters are for one site, and may hold what only its manager may send there:
    with another site, or with less trust, they go.
    """
    beside = {key: getattr(known, key) for key in COLUMNS if key not in SAID}
    with reading() as connection:
        _groups, tags = one.groups(connection, known.id)
        rules = one.regime(connection, known.id)
    if rules is not None:
        beside |= {key: rules._mapping[key] for key in judging.RULES}
    params = dict(known.params or {})
    if is_elsewhere(row, known) or (group and known.owner_group != group):
        beside["address"], params = None, {}
    params.pop("path", None)
    beside["params"] = params | row.get("params", {})
    beside = {key: value for key, value in beside.items() if value is not None}
    return {**row, **beside, "tags": tags}


def is_elsewhere(row, known):
    return any(row.get(key) != getattr(known, key) for key in ("kind", "host", "port"))


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
