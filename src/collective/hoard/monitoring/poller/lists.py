"""Whole lists of checks from outside: what is new, the same, gone (S1).

Who sends a list cares for nothing but what shall be checked. A check that
was there before keeps its number and its history.
"""

from ..checks.common import common_of
from ..checks.interfaces import CheckSpec
from ..checks.interfaces import CheckUnusable
from ..checks.interfaces import KINDS
from ..checks.interfaces import TIMEOUT
from ..checks.runners import prepare
from ..checks.surroundings import Surroundings
from ..database.tables import check as checks
from ..database.tables import regime as regimes
from ..foreign import flaw
from ..history import meta
from ..interfaces import LONGEST_RHYTHM
from . import judging
from .checklist import INTERVAL
from .checklist import NOBODY
from .checklist import runners_of
from collective.hoard.exceptions import HoardError
from dataclasses import dataclass
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


MOST = 50_000
SHORTEST = 5
#: A list that would end so many checks, and more than half, is doubted.
MANY_GONE = 10
TEXTS = ("name", "title", "address", "host")
#: {number of a check: (least, most)}; seconds, but for the port. Larger ones
#: would wreck totals, and no column holds them.
NUMBERS = {
    "port": (1, 65_535),
    "interval": (SHORTEST, LONGEST_RHYTHM),
    "slot": (1, LONGEST_RHYTHM),
    "fresh": (1, LONGEST_RHYTHM),
    "grace": (1, LONGEST_RHYTHM),
}
KEYS = frozenset((*TEXTS, *NUMBERS, "kind", "params", "timeout", *judging.KEYS))
#: Columns that a list decides.
COLUMNS = (
    "title",
    "kind",
    "address",
    "port",
    "host",
    "params",
    "interval",
    "timeout",
    "reference",
)


class ListRefused(HoardError):
    """Nothing of the list was taken; `problems` are lines for a person."""

    def __init__(self, problems):
        super().__init__(problems[0] if problems else "")
        self.problems = problems


@dataclass
class ListResult:
    inserted: int = 0
    kept: int = 0
    changed: int = 0
    removed: int = 0


def put_list(
    store, bearer, rows, now, around=None, force=False, trusted=False
) -> ListResult:
    """Make *rows* the whole list of the source *bearer*.

    *trusted*: checks of its owner group may reach and use anything.

    :raises ListRefused: It is not stored, also not in part.
    """
    wanted = read_rows(rows, around or Surroundings(), trusted)
    with store.writing() as connection:
        known = _known(connection, wanted)
        own = {
            name: row for name, row in known.items() if row.list_source == bearer.name
        }
        _foreign(known, wanted, bearer)
        _nowhere(runners_of(connection), wanted)
        living = {name for name, row in own.items() if row.removed is None}
        gone = sorted(living - set(wanted))
        _doubt(gone, living, force)
        back = [n for n in wanted if n in own and own[n].removed is not None]
        result = ListResult(removed=len(gone))
        _write(connection, wanted, own, bearer, now, result)
        meta.bump_generation(connection)
    for name in back:
        store.resume(name, int(now))
    for name in gone:
        store.remove(name, int(now))
    _rules(store, wanted, own, now)
    return result


def read_rows(rows, around, trusted=False) -> dict:
    """{name: columns}, all of them good.

    :raises ListRefused: Some are not.
    """
    if not isinstance(rows, list):
        raise ListRefused(['Send {"checks": [...]}: the whole list.'])
    if len(rows) > MOST:
        raise ListRefused([f"The list has more than {MOST:,} checks."])
    wanted, problems = {}, []
    for place, row in enumerate(rows):
        try:
            columns = read_row(row, around, trusted)
            if columns["name"] in wanted:
                raise CheckUnusable(f"{columns['name']} is in the list twice.")
            wanted[columns["name"]] = columns
        except CheckUnusable as error:
            problems.append(f"Check {place + 1}: {error}")
    if problems:
        raise ListRefused(problems)
    return wanted


def read_row(row, around, trusted=False) -> dict:
    """:raises CheckUnusable: It is no check that can run."""
    if not isinstance(row, dict):
        raise CheckUnusable("A check is an object with kind, address and host.")
    if unknown := sorted(set(row) - KEYS):
        raise CheckUnusable(f"Unknown keys: {', '.join(map(str, unknown))[:200]}.")
    look_at(row)
    judging.look_at(row)
    columns = {**row, "params": _params(row), "timeout": row.get("timeout", TIMEOUT)}
    if row.get("kind") not in KINDS:
        raise CheckUnusable(f"kind must be one of: {', '.join(KINDS)}.", "kind")
    columns["interval"] = row.get("interval") or (
        None if row["kind"] == "passive" else INTERVAL
    )
    columns["reference"] = bool(row.get("reference"))
    columns["name"] = row.get("name") or derived_name(row)
    _try(columns, around, trusted)
    return columns


def is_plain(value):
    """One line of text: control characters would become part of what is sent."""
    return isinstance(value, str) and not flaw(value, 500)


def look_at(row):
    """:raises CheckUnusable: A text is none, or a number is out of its bounds."""
    for key in TEXTS:
        value = row.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise CheckUnusable(f"{key} must be a text of up to 500 characters.", key)
        # One line: control characters would become part of what is sent.
        if words := flaw(value, 500):
            raise CheckUnusable(
                f"{key} must be a text of up to 500 characters; it {words}.", key
            )
    for key, (least, most) in NUMBERS.items():
        value = row.get(key)
        if value is not None and (type(value) is not int or not least <= value <= most):
            what = f"{key} must be a whole number from {least} to {most}"
            days = f" ({most // 86_400} days)" if most == LONGEST_RHYTHM else ""
            raise CheckUnusable(f"{what}{days}.", key)


def _params(row):
    params = row.get("params") or {}
    if not isinstance(params, dict):
        raise CheckUnusable("params must be names with values.", "params")
    return params


def derived_name(row) -> str:
    """A name from what S1 makes a check of: kind, host and address."""
    host = row.get("host") or row.get("address") or ""
    if not host:
        raise CheckUnusable("A check needs a name, a host or an address.", "host")
    port = f":{row['port']}" if row.get("port") else ""
    apart = row.get("address") and row.get("address") != host
    at = f" at {row['address']}" if apart else ""
    return f"{row['kind']}://{host}{port}{at}"


def _try(columns, around, trusted):
    """Whether the check could run; where names lead is seen when it runs."""
    timeout = columns["timeout"]
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise CheckUnusable("timeout must be a number of seconds.", "timeout")
    spec = CheckSpec(
        0,
        columns["kind"],
        columns.get("address") or "",
        columns.get("port"),
        columns.get("host") or "",
        columns["params"],
        columns["interval"] or INTERVAL,
        timeout,
        trusted=trusted,
    )
    try:
        prepare(spec, around)
    except CheckUnusable as error:
        # What says nothing else is about a parameter.
        error.field = error.field or "params"
        raise


def _known(connection, wanted):
    c = checks.c
    columns = [c.id, c.name, c.list_source, c.removed, *(c[name] for name in COLUMNS)]
    return {row.name: row for row in connection.execute(select(*columns))}


def _foreign(known, wanted, bearer):
    problems = [
        f"There is a check {name!r} already that is not of this list."
        for name in wanted
        if name in known and known[name].list_source != bearer.name
    ]
    if problems:
        raise ListRefused(problems)


def _nowhere(known, wanted):
    """:raises ListRefused: A check would run at a source that there is not."""
    problems = [
        f"{name}: {NOBODY.format(source)}"
        for name, columns in wanted.items()
        for source in common_of(columns["params"]).where
        if source not in known
    ]
    if problems:
        raise ListRefused(problems)


def _doubt(gone, living, force):
    if not force and len(gone) > MANY_GONE and len(gone) * 2 > len(living):
        raise ListRefused(
            [
                f"This list would end {len(gone)} of {len(living)} checks. If that is"
                " meant, send it again with ?force=1."
            ]
        )


def _write(connection, wanted, own, bearer, now, result):
    new = []
    for name, columns in wanted.items():
        values = {key: columns.get(key) for key in COLUMNS}
        row = own.get(name)
        if row is None:
            new.append((name, values, columns))
            continue
        if all(getattr(row, key) == values[key] for key in COLUMNS):
            result.kept += 1
        else:
            result.changed += 1
        query = update(checks).where(checks.c.id == row.id)
        connection.execute(
            query.values(**values, updated=int(now), owner_group=bearer.owner_group)
        )
    for name, values, columns in new:
        _insert(connection, name, values, columns, bearer, int(now))
    result.inserted = len(new)


def _insert(connection, name, values, columns, bearer, now):
    made = connection.execute(
        insert(checks).values(
            name=name,
            list_source=bearer.name,
            owner_group=bearer.owner_group,
            created=now,
            updated=now,
            monitored_since=now,
            grace=columns.get("grace") or int(values["timeout"]) + 30,
            **values,
        )
    )
    rule = {"check_id": made.inserted_primary_key[0], "since": 0}
    connection.execute(insert(regimes).values(**rule, **judging.rules_of(columns)))


def _rules(store, wanted, own, now):
    """How results are judged, where a list changes it, holds from now on."""
    with store.engine.connect() as connection:
        c = regimes.c
        rows = connection.execute(select(regimes).order_by(c.since))
        newest = {row.check_id: row for row in rows}
    for name, columns in wanted.items():
        row = own.get(name)
        if row is None:
            continue
        rules = judging.rules_of(columns)
        if not judging.same(newest.get(row.id), rules):
            store.set_rules(name, int(now), **rules)
