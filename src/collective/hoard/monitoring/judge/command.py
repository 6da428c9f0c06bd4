"""The commands ``hoard-poller rules`` and ``hoard-poller simulate``."""

from ..command import add_database
from ..command import OK
from ..command import PROBLEMS
from ..database.engine import open_engine
from ..database.schema import check_schema
from ..history.times import seconds
from ..history.times import shown
from ..interfaces import MonitoringError
from ..interfaces import WrongUse
from .files import read_settings
from .loading import load
from .loading import load_rules
from .parser import parse_rule
import json
import sys
import time


def add_commands(commands):
    add_rules(commands)
    add_simulate(commands)


def add_rules(commands):
    command = commands.add_parser(
        "rules",
        help="list, check, evaluate, explain, add, export and remove rules, alarms,"
        " groups, contacts and policies",
    )
    kinds = command.add_subparsers(required=True, metavar="ACTION")
    add_action(kinds, "list", list_rules, "names and expressions")
    add_action(kinds, "evaluate", evaluate_rules, "how all rules are just now")
    explain = add_action(kinds, "explain", explain_rule, "why a rule is as it is")
    explain.add_argument("name")
    past = add_action(
        kinds, "past", work_out_past, "work out what rules were before they were added"
    )
    past.add_argument("name", nargs="?", help="of this rule alone")
    past.add_argument(
        "--from",
        dest="since",
        metavar="T",
        help="no further back; otherwise as far as there is history",
    )
    remove = add_action(
        kinds, "remove", remove_rule, "remove a rule, alarm, contact or policy"
    )
    remove.add_argument("name")
    for kind in ("alarm", "contact", "policy"):
        remove.add_argument(
            f"--{kind}",
            action="store_const",
            const=kind,
            default="rule",
            dest="kind",
            help=f"remove the {kind} of that name instead",
        )
    add_action(kinds, "export", export_file, "everything as a file that add reads")
    add = add_action(kinds, "add", add_file, "write what a file holds, all or nothing")
    add.add_argument("file", metavar="FILE", help="TOML, or JSON by its ending")
    check = kinds.add_parser("check", help="say what is wrong with rules")
    check.set_defaults(action=check_rules)
    check.add_argument(
        "--database",
        metavar="URL",
        help="look at the rules in it; with FILE, at what add would refuse there",
    )
    check.add_argument(
        "file", nargs="?", metavar="FILE", help="look at all of it as add does"
    )
    check.add_argument("--expression", metavar="TEXT", help="look at this instead")


def add_action(kinds, name, action, text):
    command = kinds.add_parser(name, help=text)
    command.set_defaults(action=action)
    add_database(command)
    command.add_argument("--json", action="store_true", help="print JSON")
    return command


def opened(arguments, read_only=True):
    engine = open_engine(arguments.database, read_only=read_only, must_exist=True)
    check_schema(engine)
    return engine


# --- Rules ---------------------------------------------------------------------


def list_rules(arguments):
    with opened(arguments).begin() as connection:
        rules = load_rules(connection)
    if arguments.json:
        print(json.dumps([plain(rule) for rule in rules]))
    else:
        for rule in rules:
            print(f"{rule.name}\t{rule.expression}")
    return OK


def plain(rule):
    names = ("name", "expression", "warning", "unknown", "severity", "collapse")
    return {**{name: getattr(rule, name) for name in names}, "exempt": rule.exempt}


def evaluate_rules(arguments):
    with opened(arguments).begin() as connection:
        picture, complaints = load(connection, time.time())
    found = [
        (kept.rule.name, *picture.rules.judged(kept))
        for kept in sorted(picture.rules.rules.values(), key=lambda k: k.rank)
    ]
    if arguments.json:
        keys = ("name", "status", "reason")
        print(json.dumps([dict(zip(keys, row, strict=True)) for row in found]))
    else:
        for name, status, reason in found:
            print(f"{status:8}{name}" + (f": {reason}" if reason else ""))
    complain(complaints)
    return PROBLEMS if complaints or any(row[1] != "ok" for row in found) else OK


def explain_rule(arguments):
    from .explain import explained

    with opened(arguments).begin() as connection:
        picture, complaints = load(connection, time.time())
    lines = explained(picture, arguments.name)
    print(json.dumps(lines) if arguments.json else "\n".join(lines))
    complain(complaints)
    return OK


def check_rules(arguments):
    """Each mistake with its place; 1 where there is one."""
    complaints = list(mistakes(arguments))
    complain(complaints)
    if not complaints:
        print("No mistakes found.")
    return PROBLEMS if complaints else OK


def mistakes(arguments):
    if arguments.expression is not None:
        yield from mistake("expression", arguments.expression)
    elif arguments.file:
        from ..telling.rehearsal import mistakes_in

        # With a database it is as if it were added, and taken back.
        engine = opened(arguments, read_only=False) if arguments.database else None
        yield from mistakes_in(read_settings(arguments.file), engine)
    elif arguments.database:
        with opened(arguments).begin() as connection:
            yield from load(connection, time.time())[1]
    else:
        raise WrongUse("Give --expression TEXT, a file, or --database URL.")


def mistake(what, text):
    try:
        parse_rule(str(text))
    except MonitoringError as error:
        yield f"{what}: {error}"


def complain(complaints):
    for text in complaints:
        print(text, file=sys.stderr)


def add_file(arguments):
    """Contacts and policies may be in the file, too."""
    from ..telling import entries

    data = read_settings(arguments.file)
    with opened(arguments, read_only=False).begin() as connection:
        counts = entries.write(connection, data, time.time())
    if arguments.json:
        print(json.dumps(counts))
    else:
        print("Written: " + ", ".join(f"{n} {key}" for key, n in counts.items()) + ".")
    return OK


def export_file(arguments):
    """What is stored, as `add_file` reads it."""
    from ..telling import entries

    with opened(arguments).begin() as connection:
        document = entries.stored(connection)
    if arguments.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(entries.as_toml(document), end="")
    return OK


def remove_rule(arguments):
    from ..telling import entries

    kind = arguments.kind
    with opened(arguments, read_only=False).begin() as connection:
        entries.remove(connection, kind, arguments.name, time.time())
    stays = "; its history stays" if kind in ("rule", "alarm") else ""
    message = f"Removed the {kind} {arguments.name!r}{stays}."
    print(json.dumps({"removed": arguments.name}) if arguments.json else message)
    return OK


def work_out_past(arguments):
    from .past import work_out

    since = int(seconds(arguments.since)) if arguments.since else None
    with opened(arguments, read_only=False).begin() as connection:
        past = work_out(connection, time.time(), since, arguments.name)
    if arguments.json:
        keys = ("since", "until", "intervals")
        found = {n: dict(zip(keys, f, strict=True)) for n, f in past.filled.items()}
        print(json.dumps(found))
    else:
        print_past(past)
    complain(past.complaints)
    return PROBLEMS if past.complaints else OK


def print_past(past):
    for name, (since, until, count) in sorted(past.filled.items()):
        print(f"{name}: {shown(since)} to {shown(until)}, {count} intervals")
    if not past.filled:
        print("There is no time to fill: all is recorded.")


# --- Simulation ------------------------------------------------------------------


def add_simulate(commands):
    command = commands.add_parser(
        "simulate", help="what people would have been told; nothing is sent"
    )
    command.set_defaults(action=run_simulation)
    add_database(command)
    command.add_argument(
        "--policy",
        metavar="FILE",
        help="contacts and policies of this file instead of the database's",
    )
    for option, name in (("--from", "since"), ("--to", "until")):
        command.add_argument(
            option,
            dest=name,
            required=True,
            metavar="T",
            help="UTC seconds or ISO 8601, like 2026-11-22T08:30Z",
        )
    command.add_argument("--text", action="store_true", help="print whole messages")
    command.add_argument("--json", action="store_true", help="print JSON")


def run_simulation(arguments):
    from ..telling.simulation import simulate

    policy = None
    if arguments.policy:
        data = read_settings(arguments.policy)
        policy = {"contacts": data.get("contact"), "policies": data.get("policy")}
    since, until = int(seconds(arguments.since)), int(seconds(arguments.until))
    told = simulate(opened(arguments), since, until, policy)
    print_told(told, arguments)
    return OK


def print_told(told, arguments):
    if arguments.json:
        print(json.dumps([as_data(one) for one in told], ensure_ascii=False))
        return
    for name in sorted({one.contact for one in told}):
        own = [one for one in told if one.contact == name]
        print(f"{name} ({own[0].channel}): {len(own)} messages")
        for one in own:
            print(f"  {shown(one.when)}  {one.letter.subject}")
            if arguments.text:
                for line in one.letter.text.splitlines():
                    print(f"      {line}")
    if not told:
        print("Nobody would have been told anything.")


def as_data(one):
    from ..telling.channels.payload import payload

    letter = payload(one.letter)
    del letter["id"]
    return {"when": one.when, "contact": one.contact, "channel": one.channel, **letter}
