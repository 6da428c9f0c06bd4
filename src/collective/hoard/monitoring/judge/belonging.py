"""Write what belongs together: groups, dependencies, maintenance."""

from ..database import tables as t
from ..database import tables_judge as tj
from ..history import meta
from . import spans
from .entries import check_number
from .entries import need
from .entries import upsert
from .groups import around
from .interfaces import WrongSettings
from .parser import parse_selector
from .windows import apart
from .windows import checked
from .windows import Maintenance
from dataclasses import replace
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


def save_group(connection, entry, now):
    need("group", entry, "name")
    columns = {"title": entry.get("title"), "public": bool(entry.get("public"))}
    number = upsert(connection, t.group, entry["name"], columns)
    if "checks" in entry:
        members, parts = t.group_member, tj.group_part
        connection.execute(delete(members).where(members.c.group_id == number))
        for name in entry["checks"]:
            row = {"group_id": number, "check_id": check_number(connection, name)}
            connection.execute(insert(members).values(**row))
    if "groups" in entry:
        parts = tj.group_part
        connection.execute(delete(parts).where(parts.c.group_id == number))
        for name in entry["groups"]:
            row = {"group_id": number, "part_id": group_number(connection, name)}
            connection.execute(insert(parts).values(**row))
    refuse_nesting(connection)


def group_number(connection, name):
    number = connection.scalar(select(t.group.c.id).where(t.group.c.name == name))
    if number is None:
        raise WrongSettings(f"There is no group {name!r}.")
    return number


def refuse_nesting(connection):
    names = dict(connection.execute(select(t.group.c.id, t.group.c.name)).all())
    parts = tj.group_part.c
    around(connection.execute(select(parts.group_id, parts.part_id)).all(), names)


def save_dependency(connection, entry, now):
    need("dependency", entry, "check", "on")
    child = check_number(connection, entry["check"])
    parents = entry["on"] if isinstance(entry["on"], list) else [entry["on"]]
    for name in parents:
        parent = check_number(connection, name)
        d = t.dependency.c
        own = (d.check_id == child) & (d.on_check_id == parent)
        connection.execute(delete(t.dependency).where(own))
        connection.execute(
            insert(t.dependency).values(
                check_id=child, on_check_id=parent, redundancy=entry.get("redundancy")
            )
        )


def save_maintenance(connection, entry, now):
    """The number of a new window.

    Where one of this title, selector and beginning is there, it is that one's.
    """
    need("maintenance", entry, "title", "since", "until")
    columns = {
        "title": entry["title"],
        "since": int(entry["since"]),
        "until": int(entry["until"]),
        "recurrence": entry.get("recurrence") or None,
        "zone": entry.get("zone") or "UTC",
        "selector": entry.get("selector") or "*",
    }
    window = Maintenance(0, **{**columns, "recurrence": entry.get("recurrence") or ""})
    apart(checked(window))
    parse_selector(columns["selector"])
    # Of a window that comes again, what began already stays.
    c, edge = t.maintenance.c, None
    own = (c.title == columns["title"]) & (c.since == columns["since"])
    number = connection.scalar(
        select(c.id).where(own, c.selector == columns["selector"])
    )
    if number is None:
        made = connection.execute(
            insert(t.maintenance).values(
                **columns, author=entry.get("author"), created=int(now)
            )
        )
        number = made.inserted_primary_key[0]
    else:
        connection.execute(
            update(t.maintenance).where(c.id == number).values(**columns)
        )
        edge = int(now) if window.recurrence else window.since
    spans.write(connection, replace(window, id=number), now, edge=edge)
    return number


def cancel_maintenance(connection, number, now):
    """End a window, or let it never begin; False where it was over."""
    meta.next_seq(connection)
    meta.bump_generation(connection)
    return spans.end(connection, number, int(now))
