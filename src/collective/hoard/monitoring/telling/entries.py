"""Rules, alarms, groups, contacts and policies as one document of plain data.

``{"rule": [{...}], "alarm": [...], "group": [...], "dependency": [...],
"maintenance": [...], "contact": [...], "policy": [...]}``, which is how people write
them down as TOML or JSON. Keys and values are those of the documentation.
"""

from ..database import tables as t
from ..database import tables_judge as tj
from ..history import meta
from ..history.times import seconds
from ..interfaces import STATUSES
from ..interfaces import UnknownCheck
from ..interfaces import WrongUse
from ..judge import editing
from ..judge.interfaces import COLLAPSE
from ..judge.interfaces import UNKNOWN_MEMBERS
from ..judge.interfaces import WrongSettings
from .roster import save_roster
from .shapes import look_at
from sqlalchemy import select
from sqlalchemy import update
import tomli_w
import tomllib


#: What can be removed by its name.
REMOVABLE = ("rule", "alarm", "contact", "policy")


def read_toml(text):
    """The document that *text* holds.

    :raises WrongUse: It is no TOML; the text says where.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongUse(f"This is no TOML: {error}.") from error


def write(connection, data, now):
    """Take over a document as a whole; ``{kind: how many}``.

    :raises MonitoringError: Something in it cannot be; the text says what. The caller
        rolls the transaction back.
    """
    look_at(data)
    for entry in data.get("maintenance") or ():
        for key in ("since", "until"):
            if entry.get(key) is not None:
                entry[key] = int(seconds(str(entry[key])))
    editing.save(connection, data, now)
    save_roster(
        connection, {"contacts": data.get("contact"), "policies": data.get("policy")}
    )
    return {kind: len(data[kind]) for kind in sorted(data)}


def remove(connection, kind, name, now):
    """Remove what has that name; the history of rules and alarms stays.

    :raises UnknownCheck: There is none.
    :raises WrongSettings: A contact is still named by a policy.
    """
    if kind in ("rule", "alarm"):
        return editing.remove(connection, kind, name, now)
    meta.next_seq(connection)
    if kind == "contact":
        refuse_needed(connection, name)
    table = {"contact": t.contact, "policy": t.policy}[kind]
    # The row stays: what was sent refers to it.
    query = update(table).where(table.c.name == name, table.c.enabled)
    if not connection.execute(query.values(enabled=False)).rowcount:
        raise UnknownCheck(f"There is no {kind} {name!r}.")
    meta.bump_generation(connection)


def refuse_needed(connection, name):
    for policy in policies(connection):
        steps = [policy, *policy.get("steps", ())]
        if any(name in step.get("contacts", ()) for step in steps):
            raise WrongSettings(
                f"The policy {policy['name']!r} names {name!r}: change that first."
            )


def as_toml(document):
    """The document as text."""
    return tomli_w.dumps(document, multiline_strings=True)


# --- What is stored, as a document -----------------------------------------------


def stored(connection):
    """The document of everything but maintenance, which comes and goes."""
    document = {
        "group": groups(connection),
        "dependency": dependencies(connection),
        "rule": rules(connection),
        "alarm": alarms(connection),
        "contact": contacts(connection),
        "policy": policies(connection),
    }
    return {kind: entries for kind, entries in document.items() if entries}


def find(connection, kind, name):
    """The document of one entry.

    :raises UnknownCheck: There is none.
    """
    readers = {"rule": rules, "alarm": alarms, "contact": contacts, "policy": policies}
    found = [e for e in readers[kind](connection) if e["name"] == name]
    if not found:
        raise UnknownCheck(f"There is no {kind} {name!r}.")
    return {kind: found}


def short(entry, **usual):
    """*entry* without what is not set, or is as usual."""
    return {
        key: value
        for key, value in entry.items()
        if value is not None and (key not in usual or value != usual[key])
    }


def rules(connection):
    return [
        short(
            {
                "name": row.name,
                "title": row.title,
                "expression": row.expression,
                "warning": row.warning,
                "unknown": row.unknown_members,
                "severity": STATUSES[row.severity],
                "collapse": row.collapse,
                "exempt": bool(row.exempt),
                "enabled": bool(row.enabled),
            },
            unknown=UNKNOWN_MEMBERS[0],
            severity="crit",
            collapse=COLLAPSE[0],
            exempt=False,
            enabled=True,
        )
        for row in connection.execute(select(t.rule).order_by(t.rule.c.name))
    ]


def alarms(connection):
    query = (
        select(t.alarm, t.check.c.name.label("watched"))
        .join(t.check, t.check.c.id == t.alarm.c.of_check_id)
        .order_by(t.alarm.c.name)
    )
    return [
        short(
            {
                "name": row.name,
                "title": row.title,
                "check": row.watched,
                **{key: getattr(row, key) for key in editing.ALARM_COLUMNS},
                "severity": STATUSES[row.severity],
                "enabled": bool(row.enabled),
            },
            severity="crit",
            enabled=True,
        )
        for row in connection.execute(query)
    ]


def groups(connection):
    g, parts = t.group.c, tj.group_part.c
    checks = names_by(
        connection,
        select(t.group_member.c.group_id, t.check.c.name)
        .join(t.check, t.check.c.id == t.group_member.c.check_id)
        .where(t.check.c.removed.is_(None))
        .order_by(t.check.c.name),
    )
    inner = names_by(
        connection, select(parts.group_id, g.name).join(t.group, g.id == parts.part_id)
    )
    return [
        short(
            {
                "name": row.name,
                "title": row.title,
                "public": bool(row.public),
                "checks": checks.get(row.id, []),
                "groups": inner.get(row.id, []),
            },
            public=False,
            checks=[],
            groups=[],
        )
        for row in connection.execute(select(t.group).order_by(g.name))
    ]


def dependencies(connection):
    d, child = t.dependency.c, t.check.alias()
    query = (
        select(child.c.name.label("child"), t.check.c.name, d.redundancy)
        .join(child, child.c.id == d.check_id)
        .join(t.check, t.check.c.id == d.on_check_id)
        .order_by(child.c.name, t.check.c.name)
    )
    found = {}
    for row in connection.execute(query):
        found.setdefault((row.child, row.redundancy), []).append(row.name)
    return [
        short({"check": name, "on": on, "redundancy": redundancy})
        for (name, redundancy), on in found.items()
    ]


def contacts(connection):
    keys = ("name", "channel", "address", "zone", "quiet", "settings")
    query = select(t.contact).where(t.contact.c.enabled).order_by(t.contact.c.name)
    return [
        short({key: getattr(row, key) for key in keys}, settings={}, quiet=[])
        for row in connection.execute(query)
    ]


def policies(connection):
    query = select(t.policy).where(t.policy.c.enabled).order_by(t.policy.c.name)
    return [
        short(
            {
                "name": row.name,
                "selector": row.selector,
                "severity": STATUSES[row.severity],
                **(row.settings or {}),
            },
            severity="warn",
        )
        for row in connection.execute(query)
    ]


def names_by(connection, query):
    found = {}
    for key, name in connection.execute(query):
        found.setdefault(key, []).append(name)
    return found
