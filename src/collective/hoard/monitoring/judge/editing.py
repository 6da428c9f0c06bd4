"""Write groups, dependencies, maintenance, rules and alarms from plain data.

All or nothing: everything is looked at before the transaction ends, and what
would not work is refused.
"""

from ..database import tables as t
from ..history import meta
from ..interfaces import STATUSES
from ..interfaces import UnknownCheck
from . import alarms
from . import log
from .belonging import save_dependency
from .belonging import save_group
from .belonging import save_maintenance
from .entries import check_number
from .entries import need
from .entries import upsert
from .interfaces import Alarm
from .interfaces import COLLAPSE
from .interfaces import RuleError
from .interfaces import UNKNOWN_MEMBERS
from .interfaces import Verdict
from .interfaces import WrongSettings
from .loading import load
from .meant import unknown_names
from .parser import parse_rule
from .parser import parse_selector
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update


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
    "alarm": {"name", "title", "check", "severity", "enabled", *ALARM_COLUMNS},
}


def save(connection, data, now):
    """Write ``{"rule": [...], "alarm": [...], "group": [...], ...}``.

    What has the name of something that is there replaces it.

    :raises WrongSettings: Something is unknown or cannot be.
    :raises RuleError: An expression cannot be understood.
    :raises UnknownCheck: There is no such check.
    :raises Circular: Groups, dependencies or rules lead back to themselves.
    """
    # From here on nobody else writes, and who looks for changes finds one.
    meta.next_seq(connection)
    before = set(load(connection, now)[1])
    for kind in ("group", "dependency", "maintenance", "rule", "alarm"):
        for entry in data.get(kind) or ():
            refuse_strange(kind, entry)
            SAVERS[kind](connection, entry, now)
    for entry in data.get("maintenance") or ():
        must_be_there(connection, entry, now)
    meta.bump_generation(connection)
    fresh = [text for text in load(connection, now)[1] if text not in before]
    if fresh:
        raise WrongSettings(fresh[0])


def must_be_there(connection, entry, now):
    """:raises WrongSettings: A window to come names what there is not."""
    if not entry.get("recurrence") and int(entry["until"]) <= now:
        return
    selector = parse_selector(entry.get("selector") or "*")
    missing = unknown_names(connection, selector)
    if missing:
        raise WrongSettings(
            f"Maintenance {entry['title']!r}: there is no check or group like this: "
            f"{', '.join(missing)[:500]}."
        )


def refuse_strange(kind, entry):
    if not isinstance(entry, dict):
        raise WrongSettings(f"{kind}: {entry!r} is no table of settings.")
    unknown = sorted(set(entry) - KEYS[kind])
    if unknown:
        known = ", ".join(sorted(KEYS[kind]))
        raise WrongSettings(f"{kind}: {unknown[0]!r} is unknown; known are {known}.")


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


def ruled(entry, key):
    """Look at an expression of a rule.

    :raises RuleError: It cannot be understood; the error names rule and key.
    """
    try:
        parse_rule(entry[key])
    except RuleError as error:
        what = f"rule {entry.get('name')!r}, {key}: {error.message}"
        raise RuleError(what, error.text, error.position) from error


def save_rule(connection, entry, now):
    need("rule", entry, "name", "expression")
    ruled(entry, "expression")
    if entry.get("warning"):
        ruled(entry, "warning")
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
    meta.next_seq(connection)
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
    log.write(connection, [Verdict(check_id, now, "unmonitored", "removed", None)])
