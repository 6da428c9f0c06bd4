"""Write groups, dependencies, maintenance, rules and alarms from plain data.

All or nothing: everything is looked at before the transaction ends, and what
would not work is refused.
"""

from ..database import tables as t
from ..database import tables_judge as tj
from ..history import meta
from ..interfaces import STATUSES
from ..interfaces import UnknownCheck
from . import alarms
from .interfaces import Alarm
from .interfaces import COLLAPSE
from .interfaces import UNKNOWN_MEMBERS
from .interfaces import WrongSettings
from .loading import load
from .parser import parse_rule
from .parser import parse_selector
from .spans import plan
from .windows import checked
from .windows import Maintenance
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


KEYS = {
    "group": {"name", "title", "public", "checks", "groups"},
    "dependency": {"check", "on", "redundancy"},
    "maintenance": {
        "title",
        "since",
        "until",
        "recurrence",
        "zone",
        "selector",
        "author",
    },
    "rule": {
        "name",
        "title",
        "expression",
        "warning",
        "unknown",
        "severity",
        "collapse",
        "exempt",
        "enabled",
    },
    "alarm": {
        "name",
        "title",
        "check",
        "metric",
        "statistic",
        "period",
        "comparison",
        "threshold",
        "clear",
        "n",
        "m",
        "missing",
        "severity",
        "enabled",
    },
}


def save(connection, data, now):
    """Write ``{"rule": [...], "alarm": [...], "group": [...], ...}``.

    What has the name of something that is there replaces it.

    :raises WrongSettings: Something is unknown or cannot be.
    :raises RuleError: An expression cannot be understood.
    :raises UnknownCheck: There is no such check.
    :raises Circular: Groups, dependencies or rules lead back to themselves.
    """
    before = set(load(connection, now)[1])
    for kind in ("group", "dependency", "maintenance", "rule", "alarm"):
        for entry in data.get(kind) or ():
            refuse_strange(kind, entry)
            SAVERS[kind](connection, entry, now)
    meta.bump_generation(connection)
    fresh = [text for text in load(connection, now)[1] if text not in before]
    if fresh:
        raise WrongSettings(fresh[0])


def refuse_strange(kind, entry):
    if not isinstance(entry, dict):
        raise WrongSettings(f"{kind}: {entry!r} is no table of settings.")
    unknown = sorted(set(entry) - KEYS[kind])
    if unknown:
        known = ", ".join(sorted(KEYS[kind]))
        raise WrongSettings(f"{kind}: {unknown[0]!r} is unknown; known are {known}.")


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


# --- Groups, dependencies, maintenance -----------------------------------------


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
    from .groups import around

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
    checked(Maintenance(0, **{**columns, "recurrence": entry.get("recurrence") or ""}))
    parse_selector(columns["selector"])
    c = t.maintenance.c
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
    plan(connection, number, columns["since"], now)
    return number


def cancel_maintenance(connection, number, now):
    """End a window, or let it never begin."""
    c = t.maintenance.c
    connection.execute(
        update(t.maintenance)
        .where(c.id == number, c.cancelled.is_(None))
        .values(cancelled=int(now))
    )
    plan(connection, number, int(now), now)
    meta.bump_generation(connection)


# --- Rules and alarms -----------------------------------------------------------


def severity(kind, entry):
    found = entry.get("severity", "crit")
    if found not in ("warn", "crit"):
        raise WrongSettings(f"{kind} {entry['name']!r}: severity is warn or crit.")
    return STATUSES.index(found)


def one_of(kind, entry, name, words):
    found = entry.get(name, words[0])
    if found not in words:
        raise WrongSettings(
            f"{kind} {entry['name']!r}: {name} is one of {', '.join(words)}."
        )
    return found


def carrier(connection, kind, name, title, now):
    """The check that carries the history of a rule or alarm."""
    columns = {"kind": kind, "title": title, "removed": None, "updated": int(now)}
    return upsert(connection, t.check, f"{kind}:{name}", columns)


def save_rule(connection, entry, now):
    need("rule", entry, "name", "expression")
    parse_rule(entry["expression"])
    if entry.get("warning"):
        parse_rule(entry["warning"])
    name = entry["name"]
    columns = {
        "title": entry.get("title"),
        "expression": entry["expression"],
        "warning": entry.get("warning"),
        "unknown_members": one_of("rule", entry, "unknown", UNKNOWN_MEMBERS),
        "severity": severity("rule", entry),
        "collapse": one_of("rule", entry, "collapse", COLLAPSE),
        "exempt": bool(entry.get("exempt")),
        "enabled": bool(entry.get("enabled", True)),
        "check_id": carrier(connection, "rule", name, entry.get("title"), now),
        "updated": int(now),
    }
    return upsert(connection, t.rule, name, columns)


def save_alarm(connection, entry, now):
    need("alarm", entry, "name", "check", "metric", "threshold")
    name, watched = entry["name"], check_number(connection, entry["check"])
    plain = {
        key: entry[key]
        for key in ("statistic", "period", "comparison", "clear", "n", "m", "missing")
        if entry.get(key) is not None
    }
    plain |= {"metric": entry["metric"], "threshold": float(entry["threshold"])}
    alarm = alarms.checked(Alarm(0, name, watched, **plain))
    columns = {key: getattr(alarm, key) for key in ALARM_COLUMNS}
    columns |= {
        "title": entry.get("title"),
        "of_check_id": watched,
        "severity": severity("alarm", entry),
        "enabled": bool(entry.get("enabled", True)),
        "check_id": carrier(connection, "alarm", name, entry.get("title"), now),
        "updated": int(now),
    }
    return upsert(connection, t.alarm, name, columns)


ALARM_COLUMNS = (
    "metric",
    "statistic",
    "period",
    "comparison",
    "threshold",
    "clear",
    "n",
    "m",
    "missing",
)
SAVERS = {
    "group": save_group,
    "dependency": save_dependency,
    "maintenance": save_maintenance,
    "rule": save_rule,
    "alarm": save_alarm,
}


def remove(connection, kind, name, now):
    """Remove a rule or an alarm; its history stays, unmonitored from now on.

    :raises UnknownCheck: There is none.
    """
    table = {"rule": t.rule, "alarm": t.alarm}[kind]
    row = connection.execute(select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        raise UnknownCheck(f"There is no {kind} {name!r}.")
    connection.execute(delete(table).where(table.c.id == row.id))
    connection.execute(
        update(t.check).where(t.check.c.id == row.check_id).values(removed=int(now))
    )
    close_log(connection, row.check_id, int(now))
    meta.bump_generation(connection)


def close_log(connection, check_id, now):
    from . import log
    from .interfaces import Verdict

    log.write(connection, [Verdict(check_id, now, "unmonitored", "removed", None)])
