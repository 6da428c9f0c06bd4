"""What is wrong with a document of entries, found by writing it and taking it back."""

from ..database.engine import open_engine
from ..database.schema import ensure_schema
from ..database.tables import check as checks
from ..interfaces import MonitoringError
from ..judge.editing import ruled
from ..judge.parser import parse_selector
from . import entries
from .shapes import look_at
from copy import deepcopy
from pathlib import Path
from sqlalchemy import insert
from tempfile import TemporaryDirectory
import time


def mistakes_in(data, engine=None):
    """A line for each mistake of *data* that `entries.write` would refuse.

    Those in expressions are all found, of others the first. Without *engine*
    the checks and contacts that it names are taken to be there.
    """
    try:
        look_at(data)
    except MonitoringError as error:
        yield str(error)
        return
    found = list(in_expressions(data))
    yield from found
    if found:
        return
    try:
        if engine is None:
            write_apart(data)
        else:
            write_and_undo(engine, data)
    except MonitoringError as error:
        yield str(error)


def in_expressions(data):
    for entry in data.get("rule") or ():
        for key in ("expression", "warning"):
            if entry.get(key):
                try:
                    ruled(entry, key)
                except MonitoringError as error:
                    yield str(error)


def write_and_undo(engine, data):
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            entries.write(connection, deepcopy(data), time.time())
        finally:
            transaction.rollback()


def write_apart(data):
    """Write it to an empty database that has what it names."""
    with TemporaryDirectory(prefix="hoard-rules-") as folder:
        engine = open_engine(Path(folder) / "empty.db")
        ensure_schema(engine)
        with engine.begin() as connection:
            rows = [{"name": n, "kind": "passive"} for n in sorted(named_checks(data))]
            if rows:
                connection.execute(insert(checks), rows)
        write_and_undo(engine, for_everything(with_contacts(data)))
        engine.dispose()


def named_checks(data) -> set:
    names = set()
    for entry in data.get("group") or ():
        names |= set(entry.get("checks") or ())
    for entry in (*(data.get("dependency") or ()), *(data.get("alarm") or ())):
        on = entry.get("on") or ()
        names |= {entry.get("check"), *((on,) if isinstance(on, str) else on)}
    # What rules and alarms are called as checks is made by them.
    return {name for name in names if name and not is_ours(name)}


def for_everything(data):
    """*data*, its maintenance for whatever there is: its names are taken to be there.

    :raises RuleError: A selector cannot be understood.
    """
    for entry in data.get("maintenance") or ():
        parse_selector(entry.get("selector") or "*")
    windows = [{**one, "selector": "*"} for one in data.get("maintenance") or ()]
    return {**data, "maintenance": windows}


def is_ours(name):
    return name.startswith(("rule:", "alarm:"))


def with_contacts(data):
    """*data*, and a contact for each name that a policy takes to be there."""
    known = {entry.get("name") for entry in data.get("contact") or ()}
    named = set()
    for policy in data.get("policy") or ():
        for step in (policy, *(policy.get("steps") or ())):
            named |= set(step.get("contacts") or ())
    made = [
        {"name": name, "channel": "webhook", "address": "https://example.org/"}
        for name in sorted(named - known)
        if name
    ]
    return {**data, "contact": [*(data.get("contact") or ()), *made]}
