"""Rows of checks, written within a transaction: settings, owner, groups, tags."""

from ...monitoring.database import tables as t
from ...monitoring.history import meta
from ...monitoring.poller import judging
from ...monitoring.poller.lists import COLUMNS
from ..rights import CONTENT
from ..times import now as clock
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


c = t.check.c
#: What says where a check goes.
TARGET = ("address", "host")
#: Another owner group is told from none at all.
AS_IT_IS = object()


def living(known):
    return known if known is not None and known.removed is None else None


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
