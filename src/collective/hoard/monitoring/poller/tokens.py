"""Who brings results: a source by its token, of which we keep a hash."""

from ..database.engine import open_engine
from ..database.tables import source as sources
from ..database.tables_poller import source_access as access
from ..history.store import Store
from dataclasses import dataclass
from sqlalchemy import delete
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


def make_source(url, name, kind, lists=False, owner_group=None, disable=False):
    """A new token for the source *name*, which is made if need be.

    The token before it stops to work. With *disable* that is all, and the
    answer is None.

    :raises DatabaseUnusable: There is no database.
    """
    engine = open_engine(url)
    number = Store(engine).ensure_source(name, kind)
    token = f"{PREFIX}_{number}_{secrets.token_urlsafe(BYTES)}"
    with engine.begin() as connection:
        values = {"token_hash": hashed(token), "kind": kind, "enabled": not disable}
        own = sources.c.id == number
        connection.execute(update(sources).where(own).values(**values))
        connection.execute(delete(access).where(access.c.source_id == number))
        row = {"source_id": number, "lists": lists, "owner_group": owner_group}
        connection.execute(insert(access).values(results=True, **row))
    return None if disable else token


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
