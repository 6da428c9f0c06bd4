"""Checks added, changed, paused and removed by people."""

from ...monitoring.checks.interfaces import CheckUnusable
from ...monitoring.checks.surroundings import elsewhere
from ...monitoring.database import tables as t
from ...monitoring.history import meta
from ...monitoring.judge import interfaces as kinds
from ...monitoring.poller import judging
from ...monitoring.poller.lists import COLUMNS
from ...monitoring.poller.lists import ListRefused
from ...monitoring.poller.lists import put_list
from ...monitoring.poller.tokens import Bearer
from ..engines import storing
from ..engines import writing
from ..interfaces import Refused
from ..rights import CONTENT
from ..times import now as clock
from .rows import message_of
from .rows import read
from collective.hoard import _
from dataclasses import dataclass
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


c = t.check.c
#: What says where a check goes.
TARGET = ("address", "host")
#: Another owner group is told from none at all.
AS_IT_IS = object()
TAKEN = _("There is a check “${name}” already.")
LISTED = _("This check comes with the list of ${source}: change it there.")
DERIVED = _(
    "“${name}” is a rule or an alarm, not a check. Change it on the page Rules, where "
    "“enabled = false” pauses it."
)
GONE = _("There is no such check. It may have been removed meanwhile.")


@dataclass(frozen=True, slots=True)
class Saved:
    """Numbers of the checks, and how many of them were new or changed."""

    ids: list
    added: int
    changed: int


def add(row, trusted=True, owner_group=None, uid=None):
    """A new check; its number.

    :raises Refused: It is no check, or its name is taken.
    """
    wanted = one(row, trusted)
    with writing() as (store, connection):
        known = find(connection, [wanted.name]).get(wanted.name)
        if known is not None and known.removed is None:
            refuse("name", _(TAKEN, mapping={"name": wanted.name}))
        refuse_foreign(known)
        ids = write(connection, [wanted], {wanted.name: known}, owner_group, uid)
    finish([wanted], {wanted.name: known})
    return ids[0]


def change(check_id, row, trusted=True, owner_group=AS_IT_IS, revive=False):
    """Let a check be as *row* says; its name may change, its history stays.

    With *revive* also one that was removed, which is watched again.

    :raises Refused: See `add`.
    """
    with writing() as (store, connection):
        known = connection.execute(
            select(t.check).where(c.id == check_id)
        ).one_or_none()
        if known is None or (known.removed is not None and not revive):
            refuse("", GONE)
        refuse_foreign(known)
        wanted = one({"name": known.name, **row}, trusted)
        taken = find(connection, [wanted.name]).get(wanted.name)
        if taken is not None and taken.id != check_id:
            refuse("name", _(TAKEN, mapping={"name": wanted.name}))
        query = update(t.check).where(c.id == check_id)
        connection.execute(query.values(name=wanted.name))
        write(connection, [wanted], {wanted.name: known}, owner_group, known.uid)
    finish([wanted], {wanted.name: known})


def save_all(rows, trusted=True):
    """Add or change checks by their names; a `Saved`. All of them or none.

    :raises Refused: Some are no checks; each problem names its place.
    """
    wanted, problems = read_all(rows, trusted)
    with writing() as (store, connection):
        known = find(connection, [one.name for one in wanted])
        for place, one_ in enumerate(wanted):
            try:
                refuse_foreign(known.get(one_.name))
            except Refused as refused:
                problems.append((place + 1, refused.problems[0][1]))
        if problems:
            raise Refused(problems)
        ids = write(connection, wanted, known, AS_IT_IS, None)
    finish(wanted, known)
    added = sum(1 for one_ in wanted if living(known.get(one_.name)) is None)
    return Saved(ids, added, len(wanted) - added)


def preview(rows, trusted=True):
    """``[(place, name, "add" | "change" | "refused", problem or None)]``"""
    with storing() as store, store.engine.connect() as connection:
        everything = find(connection)
    seen, result = set(), []
    for place, row in enumerate(rows):
        name = row.get("name") or ""
        try:
            wanted = read(row, trusted)
            name = wanted.name
            if name in seen:
                raise CheckUnusable(f"{name} is there twice.")
            seen.add(name)
            refuse_foreign(everything.get(name))
        except CheckUnusable as error:
            result.append((place + 1, name, "refused", message_of(error)))
            continue
        except Refused as refused:
            result.append((place + 1, name, "refused", refused.problems[0][1]))
            continue
        action = "add" if living(everything.get(name)) is None else "change"
        result.append((place + 1, name, action, None))
    return result


def read_all(rows, trusted):
    wanted, problems, seen = [], [], set()
    for place, row in enumerate(rows):
        try:
            found = read(row, trusted)
            if found.name in seen:
                raise CheckUnusable(f"{found.name} is there twice.")
        except CheckUnusable as error:
            problems.append((place + 1, message_of(error)))
            continue
        seen.add(found.name)
        wanted.append(found)
    if problems:
        raise Refused(problems)
    return wanted, problems


def put(source, rows, owner_group=None, force=False):
    """Make *rows* the whole list of *source*; a `ListResult`.

    :raises Refused: Nothing was stored; all problems are named.
    """
    bearer = Bearer(0, source, "push", False, True, owner_group)
    with storing() as store:
        try:
            return put_list(store, bearer, rows, clock(), elsewhere(), force, True)
        except ListRefused as error:
            raise Refused([("checks", text) for text in error.problems]) from error


def pause(check_id, reason="paused"):
    """:raises Refused: There is no such check, or it is a rule or an alarm."""
    with storing() as store:
        store.pause(name_of(store, check_id), reason=reason)


def resume(check_id):
    """:raises Refused: See `pause`."""
    with storing() as store:
        store.resume(name_of(store, check_id))


def remove(check_id):
    """Stop watching for good; what was seen stays.

    :raises Refused: There is no such check, or it comes with a list.
    """
    with storing() as store:
        with store.engine.connect() as connection:
            refuse_foreign(
                connection.execute(
                    select(t.check).where(c.id == check_id)
                ).one_or_none()
            )
        store.remove(name_of(store, check_id))


def name_of(store, check_id):
    with store.engine.connect() as connection:
        query = select(c.name, c.kind).where(c.id == check_id, c.removed.is_(None))
        found = connection.execute(query).one_or_none()
    if found is None:
        refuse("", GONE)
    refuse_derived(found)
    return found.name


# --- Within a transaction ---------------------------------------------------


def one(row, trusted):
    try:
        return read(row, trusted)
    except CheckUnusable as error:
        raise Refused([(error.field, message_of(error))]) from error


def refuse(field, message):
    raise Refused([(field, message)])


def living(known):
    return known if known is not None and known.removed is None else None


def refuse_foreign(known):
    if known is None:
        return
    refuse_derived(known)
    if known.list_source and known.removed is None:
        refuse("name", _(LISTED, mapping={"source": known.list_source}))


def refuse_derived(known):
    """Rules and alarms live in tables of their own; here is their history alone."""
    if known.kind in kinds.DERIVED:
        refuse("name", _(DERIVED, mapping={"name": known.name}))


def find(connection, names=None):
    """``{name: row}`` of the checks of these names, or of all."""
    query = select(t.check)
    if names is not None and len(names) <= 500:
        query = query.where(c.name.in_(names))
    return {row.name: row for row in connection.execute(query)}


def write(connection, wanted, known, owner_group, uid):
    """Insert or update; the numbers, in order."""
    time, ids = clock(), []
    for found in wanted:
        row = known.get(found.name)
        values = {key: found.columns.get(key) for key in COLUMNS}
        values |= {"updated": time, "list_source": None}
        # In one transaction with the address: the poller must never see a new
        # address with the trust of the old one.
        values["owner_group"] = (
            owner_after(row, found) if owner_group is AS_IT_IS else owner_group
        )
        if row is None:
            ids.append(insert_one(connection, found, values, uid, time))
        else:
            query = update(t.check).where(c.id == row.id)
            connection.execute(query.values(**values))
            ids.append(row.id)
        memberships(connection, ids[-1], found)
    meta.bump_generation(connection)
    return ids


def owner_after(row, found):
    """The owner group after a manager's change of what is in *row*.

    Who points an editor's check elsewhere answers for where it goes; who
    changes anything else of it does not.
    """
    if living(row) is None:
        return None
    moved = any(
        (getattr(row, key) or "") != (found.columns.get(key) or "") for key in TARGET
    )
    return None if moved and row.owner_group == CONTENT else row.owner_group


def insert_one(connection, found, values, uid, time):
    columns = found.columns
    made = connection.execute(
        insert(t.check).values(
            name=found.name,
            uid=uid,
            created=time,
            monitored_since=time,
            grace=columns.get("grace") or int(columns["timeout"]) + 30,
            **values,
        )
    )
    number = made.inserted_primary_key[0]
    rule = {"check_id": number, "since": 0, **judging.rules_of(columns)}
    connection.execute(insert(t.regime).values(**rule))
    return number


def memberships(connection, check_id, found):
    member, tag = t.group_member.c, t.tag.c
    connection.execute(delete(t.group_member).where(member.check_id == check_id))
    connection.execute(delete(t.tag).where(tag.check_id == check_id))
    for name in found.groups:
        group_id = connection.scalar(select(t.group.c.id).where(t.group.c.name == name))
        if group_id is None:
            made = connection.execute(insert(t.group).values(name=name))
            group_id = made.inserted_primary_key[0]
        row = {"group_id": group_id, "check_id": check_id}
        connection.execute(insert(t.group_member).values(**row))
    for name in found.tags:
        connection.execute(insert(t.tag).values(check_id=check_id, name=name))


def finish(wanted, known):
    """What the store does by itself: resuming what was removed, other rules."""
    with storing() as store:
        for found in wanted:
            row = known.get(found.name)
            if row is None:
                continue
            if row.removed is not None:
                store.resume(found.name)
            rules = judging.rules_of(found.columns)
            if not judging.same(newest_rules(store, row.id), rules):
                store.set_rules(found.name, clock(), **rules)


def newest_rules(store, check_id):
    r = t.regime.c
    query = select(t.regime).where(r.check_id == check_id)
    with store.engine.connect() as connection:
        return connection.execute(query.order_by(r.since.desc()).limit(1)).first()
