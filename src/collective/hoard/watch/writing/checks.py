"""Checks added, changed, paused and removed by people."""

from ...monitoring.checks.interfaces import CheckUnusable
from ...monitoring.checks.surroundings import elsewhere
from ...monitoring.database import tables as t
from ...monitoring.judge import interfaces as kinds
from ...monitoring.poller import judging
from ...monitoring.poller.lists import ListRefused
from ...monitoring.poller.lists import put_list
from ...monitoring.poller.tokens import Bearer
from ..engines import storing
from ..engines import writing
from ..interfaces import Refused
from ..reading import seen
from ..times import now as clock
from .rows import message_of
from .rows import read
from .stored import AS_IT_IS
from .stored import living
from .stored import write
from collective.hoard import _
from dataclasses import dataclass
from sqlalchemy import select
from sqlalchemy import update


c = t.check.c
TAKEN = _("There is a check “${name}” already.")
LISTED = _("This check comes with the list of ${source}: change it there.")
DERIVED = _(
    "“${name}” is a rule or an alarm, not a check. Change it on the page Rules, where "
    "“enabled = false” pauses it."
)
CHANGED = _(
    "Somebody has changed this check meanwhile. Open it in another tab to see how it "
    "is now; saving again replaces that."
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


def change(check_id, row, trusted=True, owner_group=AS_IT_IS, revive=False, mark=None):
    """Let a check be as *row* says; its name may change, its history stays.

    With *revive* also one that was removed, which is watched again. With *mark*,
    of `reading.seen`, only while it is as it was when that was made.

    :raises Refused: See `add`.
    """
    with writing() as (store, connection):
        known = connection.execute(
            select(t.check).where(c.id == check_id)
        ).one_or_none()
        if known is None or (known.removed is not None and not revive):
            refuse("", GONE)
        refuse_foreign(known)
        if mark is not None and mark != seen.of_check(connection, known):
            refuse("", CHANGED)
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
