"""The commands of `hoard-poller` about history: import, availability, ..."""

from ..command import add_database
from ..command import OK
from ..command import PROBLEMS
from ..interfaces import LONGEST_RHYTHM
from ..interfaces import WrongUse
from .times import moment
from .times import shown
from dataclasses import asdict
import argparse
import json
import sys
import time


#: So many bad lines are named; the rest is counted.
NAMED = 100


def add_commands(commands):
    add_migrate(commands)
    add_import(commands)
    add_availability(commands)
    add_history(commands)
    add_suppressed(commands)


def add_migrate(commands):
    command = commands.add_parser("migrate", help="make or update the tables")
    command.set_defaults(action=migrate)
    add_database(command)


def add_import(commands):
    command = commands.add_parser(
        "import", help="store samples of a file, one JSON object a line"
    )
    command.set_defaults(action=import_file)
    command.add_argument("file", metavar="FILE.jsonl", help="'-' for standard input")
    add_database(command)
    command.add_argument(
        "--create", action="store_true", help="make a passive check for unknown names"
    )
    command.add_argument(
        "--slot",
        type=positive,
        metavar="S",
        help="with --create: seconds of a slot of those checks; default: 600",
    )
    command.add_argument(
        "--fresh",
        type=positive,
        metavar="F",
        help="with --create: seconds a verdict holds; default: as long as the slot",
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def add_availability(commands):
    command = commands.add_parser(
        "availability", help="seconds up, down and unknown of a period"
    )
    command.set_defaults(action=availability)
    add_one_check(command)
    add_period(command, required=True)
    command.add_argument(
        "--with-maintenance",
        action="store_true",
        help="count time in maintenance as what it was",
    )


def add_history(commands):
    command = commands.add_parser("history", help="the change log of a check")
    command.set_defaults(action=history)
    add_one_check(command)
    add_period(command)
    command.add_argument("--reasons", action="store_true", help="with the reasons")


def add_suppressed(commands):
    command = commands.add_parser(
        "suppressed", help="errors that a success in the same slot outweighed"
    )
    command.set_defaults(action=suppressed)
    add_one_check(command)
    add_period(command)


def add_one_check(command):
    add_database(command)
    command.add_argument("--check", required=True, metavar="NAME", help="of the check")
    command.add_argument("--json", action="store_true", help="print JSON")


def add_period(command, required=False):
    for option, name in (("--from", "since"), ("--to", "until")):
        command.add_argument(
            option,
            dest=name,
            required=required,
            type=moment,
            metavar="T",
            help="UTC seconds or ISO 8601, like 2026-11-22T08:30Z",
        )


def positive(text):
    if not text.strip().isdecimal() or not 0 < int(text[:20]) <= LONGEST_RHYTHM:
        raise argparse.ArgumentTypeError(
            f"must be whole seconds, 1 to {LONGEST_RHYTHM} (31 days)"
        )
    return int(text)


def migrate(arguments):
    from ..database.engine import open_engine
    from ..database.schema import migrate

    before, after = migrate(open_engine(arguments.database))
    if before == after:
        print(f"The tables are of revision {after}: nothing to do.")
    else:
        print(f"The tables are of revision {after} now; before: {before or 'none'}.")
    return OK


def import_file(arguments):
    from ..database.engine import open_engine
    from ..database.schema import ensure_schema
    from .importing import import_lines
    from .store import Store

    if not arguments.create and (arguments.slot or arguments.fresh):
        raise WrongUse("--slot and --fresh are of the checks that --create makes.")
    stream = opened(arguments.file)
    engine = open_engine(arguments.database, must_exist=not arguments.create)
    if ensure_schema(engine):
        said = engine.url.render_as_string(hide_password=True)
        print(f"Made a new database: {said}", file=sys.stderr)
    with stream:
        result = import_lines(
            Store(engine),
            stream,
            arguments.create,
            arguments.slot or 600,
            arguments.fresh,
        )
    return report(result, arguments.json)


def opened(path):
    if path == "-":
        return sys.stdin.buffer
    try:
        return open(path, "rb")
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}.") from error


def report(result, as_json):
    for number, why in result.refused[:NAMED]:
        print(f"line {number}: {why}", file=sys.stderr)
    if len(result.refused) > NAMED:
        more = len(result.refused) - NAMED
        print(f"and {more:,} bad lines more", file=sys.stderr)
    if as_json:
        refused = [{"line": n, "why": why} for n, why in result.refused]
        print(json.dumps({**asdict(result), "refused": refused}))
    else:
        print(
            f"{result.stored:,} samples stored, {result.duplicates:,} were there"
            f" already, {len(result.refused):,} lines refused,"
            f" {len(result.created):,} checks made."
        )
    return PROBLEMS if result.refused else OK


def reading(arguments):
    """A connection that reads, of a database whose tables are ours."""
    from ..database.engine import open_engine
    from ..database.schema import check_schema

    engine = open_engine(arguments.database, read_only=True)
    check_schema(engine)
    return engine.begin()


def availability(arguments):
    from .availability import availability
    from .intervals import check_id_of

    with reading(arguments) as connection:
        check_id = check_id_of(connection, arguments.check)
        found = availability(
            connection,
            arguments.since,
            arguments.until,
            [check_id],
            arguments.with_maintenance,
        )[check_id]
    shares = {
        "of_known": found.of_known,
        "of_period": found.of_period,
        "coverage": found.coverage,
    }
    if arguments.json:
        print(json.dumps({**asdict(found), **shares}))
        return OK
    for name, value in asdict(found).items():
        print(f"{name:<12} {value:>14,} s")
    for name, value in shares.items():
        text = "undefined" if value is None else f"{value:.4%}"
        print(f"{name.replace('_', ' '):<12} {text:>16}")
    return OK


def look_at_period(arguments):
    since, until = arguments.since, arguments.until
    if since is not None and until is not None and until <= since:
        raise WrongUse("The period is empty: --from must be before --to.")


def history(arguments):
    from .intervals import check_id_of
    from .intervals import intervals

    look_at_period(arguments)
    with reading(arguments) as connection:
        check_id = check_id_of(connection, arguments.check)
        rows = intervals(
            connection, check_id, time.time(), arguments.since, arguments.until
        )
    items = [asdict(row) for row in rows]
    if not arguments.reasons:
        for item in items:
            del item["reason"]
    return print_rows(items, arguments.json)


def suppressed(arguments):
    from .intervals import check_id_of
    from .intervals import suppressed_errors

    look_at_period(arguments)
    with reading(arguments) as connection:
        check_id = check_id_of(connection, arguments.check)
        rows = suppressed_errors(connection, check_id, arguments.since, arguments.until)
    return print_rows([asdict(row) for row in rows], arguments.json)


def print_rows(items, as_json):
    if as_json:
        print(json.dumps(items))
        return OK
    for item in items:
        times = [shown(item[key]) for key in ("since", "until", "time") if key in item]
        rest = [
            "-" if value is None or value == "" else str(value)
            for key, value in item.items()
            if key not in ("since", "until", "time")
        ]
        print("  ".join([*(f"{one:<19}" for one in times), *rest]))
    return OK
