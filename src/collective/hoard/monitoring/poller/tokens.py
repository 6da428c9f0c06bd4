"""Who brings results: a source by its token, of which we keep a hash."""

from ..database.engine import open_engine
from ..database.tables import source as sources
from ..database.tables_poller import source_access as access
from ..history import meta
from ..history.store import Store
from ..interfaces import WrongUse
from dataclasses import dataclass
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
import hashlib
import hmac
import secrets


#: Random bytes: a hash without salt or rounds suffices for so many.
BYTES = 32
PREFIX = "hoard"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A source that has shown its token, and what it may do."""

    id: int
    name: str
    kind: str
    results: bool
    lists: bool
    owner_group: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """What a source may do now; `known`: it was there before.

    `token` is None where it was only taken away.
    """

    token: str | None
    kind: str
    lists: bool
    owner_group: str | None
    known: bool


def make_source(
    url, name, kind=None, lists=None, owner_group=None, disable=False
) -> Issued:
    """A new token for the source *name*, which is made if need be.

    The token before it stops to work; with *disable* that is all. What is None
    stays as it is. An empty *owner_group* is none.

    :raises WrongUse: The source is a poller's own, or *disable* and unknown.
    :raises DatabaseUnusable: There is no database.
    """
    engine = open_engine(url, must_exist=True)
    try:
        store = Store(engine)
        with store.writing() as connection:
            before = _before(connection, name)
            if before is None and disable:
                raise WrongUse(f"There is no source {name!r}.")
            if before is not None and before.kind == "local":
                raise WrongUse(
                    f"{name!r} is the name of a poller, which needs no token: choose"
                    " another name for who brings results."
                )
            return _issue(
                store, connection, before, name, kind, lists, owner_group, disable
            )
    finally:
        engine.dispose()


def _before(connection, name):
    c, a = sources.c, access.c
    query = (
        select(c.id, c.kind, a.source_id, a.lists, a.owner_group)
        .select_from(sources.outerjoin(access, a.source_id == c.id))
        .where(c.name == name)
    )
    return connection.execute(query).one_or_none()


def _issue(store, connection, before, name, kind, lists, owner_group, disable):
    if before is not None:
        kind = before.kind if kind is None else kind
        lists = before.lists if lists is None else lists
        owner_group = before.owner_group if owner_group is None else owner_group
    issued = kind or "push", bool(lists), owner_group or None
    number = store.ensure_source_in(connection, name, issued[0])
    token = f"{PREFIX}_{number}_{secrets.token_urlsafe(BYTES)}"
    values = {"token_hash": hashed(token), "kind": issued[0], "enabled": not disable}
    own = sources.c.id == number
    connection.execute(update(sources).where(own).values(**values))
    rights = {"lists": issued[1], "owner_group": issued[2]}
    if before is not None and before.source_id is not None:
        own = access.c.source_id == number
        connection.execute(update(access).where(own).values(**rights))
    else:
        row = {"source_id": number, "results": True, **rights}
        connection.execute(insert(access).values(**row))
    # A check may have waited for the satellite that is now there.
    meta.bump_generation(connection)
    return Issued(None if disable else token, *issued, before is not None)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def bearer(connection, token: str) -> Bearer | None:
    """The source whose token that is; None where there is none, or not any more."""
    number = _number(token)
    c, a = sources.c, access.c
    query = (
        select(c.id, c.name, c.kind, c.token_hash, a.results, a.lists, a.owner_group)
        .select_from(sources.outerjoin(access, a.source_id == c.id))
        .where(c.id == number, c.enabled)
    )
    row = connection.execute(query).one_or_none()
    known = row.token_hash if row is not None and row.token_hash else "0" * 64
    # Compared in any case, and in constant time: neither whether there is
    # such a source nor how much of the token was right can be measured.
    if not hmac.compare_digest(known, hashed(token)) or row is None:
        return None
    results = True if row.results is None else bool(row.results)
    return Bearer(
        row.id, row.name, row.kind, results, bool(row.lists), row.owner_group or None
    )


def _number(token):
    parts = token.split("_", 2)
    if len(parts) == 3 and parts[0] == PREFIX and parts[1].isdecimal():
        return min(int(parts[1][:10]), 2**31 - 1)
    return 0


def may(who, entry) -> str | None:
    """Why the source *who* may not bring results for *entry*, or None."""
    if who.kind == "satellite":
        if who.name in entry.where:
            return None
        return f"The check {entry.name!r} does not run at {who.name}."
    if entry.kind != "passive":
        return f"The check {entry.name!r} is not passive: the poller runs it itself."
    if who.owner_group and entry.owner_group != who.owner_group:
        return f"The check {entry.name!r} is not one of {who.owner_group}."
    return None
