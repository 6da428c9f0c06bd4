"""``check_hoard``: what monitoring knows, as a monitoring plugin.

Exit codes, the line and its performance data are those of the Monitoring
Plugins Development Guidelines: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""

from .interfaces import MonitoringError
import argparse
import sys
import time


OK, WARNING, CRITICAL, UNKNOWN = range(4)
WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
CODES = {"ok": OK, "warn": WARNING, "crit": CRITICAL}
#: Names in the line; the rest is in the lines after it.
SHOWN = 3


class Parser(argparse.ArgumentParser):
    """Ends with UNKNOWN when called wrongly, as plugins do."""

    def error(self, message):
        self.print_usage(sys.stdout)
        print(f"HOARD UNKNOWN: {message}")
        raise SystemExit(UNKNOWN)


def main(argv=None):
    """Print one line, perhaps more; the exit code."""
    arguments = parser().parse_args(argv)
    try:
        code, text, numbers, more = examine(arguments, time.time())
    except MonitoringError as error:
        code, text, numbers, more = UNKNOWN, str(error), {}, ()
    print(line(code, text, numbers))
    for one in more:
        print(plain(one))
    return code


def parser():
    found = Parser(prog="check_hoard", description=__doc__.partition("\n")[0])
    found.add_argument("--database", required=True, metavar="URL")
    what = found.add_mutually_exclusive_group()
    what.add_argument("--check", help="this check alone")
    what.add_argument("--group", help="the checks of this group")
    found.add_argument("--warning", type=int, default=0, metavar="N")
    found.add_argument(
        "--critical",
        type=int,
        default=0,
        metavar="N",
        help="more than N checks that are (warn or) crit; 0 by default, for both",
    )
    found.add_argument(
        "--heartbeat",
        type=int,
        default=60,
        metavar="SECONDS",
        help="a poller that was silent for longer is UNKNOWN; 60 by default",
    )
    return found


def examine(arguments, now):
    """``(code, text, {name: number with its unit}, more lines)``"""
    from .database.engine import open_engine
    from .history.reading import reading
    from .outs.facts import read_facts

    engine = open_engine(arguments.database, read_only=True)
    try:
        with reading(engine) as connection:
            facts = read_facts(connection, now, arguments.group)
    finally:
        engine.dispose()
    silent = silence(facts, arguments.heartbeat)
    if silent:
        return UNKNOWN, silent, {}, ()
    if arguments.check is not None:
        return one_check(facts, arguments.check)
    return many(facts, arguments.warning, arguments.critical)


def silence(facts, longest):
    """What is wrong with the poller, or an empty text."""
    if facts.heartbeat is None:
        return "No poller has ever run with this database."
    seconds = facts.now - facts.heartbeat
    return f"The poller is silent for {seconds:.0f} s." if seconds > longest else ""


def one_check(facts, name):
    found = next((one for one in facts.checks if one.name == name), None)
    if found is None:
        return UNKNOWN, f"There is no check {name}.", {}, ()
    numbers = {} if found.seconds is None else {"time": f"{found.seconds:.6f}s"}
    for number in facts.numbers:
        if number.check == name:
            unit = number.unit if number.unit in ("s", "%", "B", "c") else ""
            numbers[number.name] = f"{number.number:g}{unit}"
    return CODES.get(found.status, UNKNOWN), f"{name} is {found.status}", numbers, ()


def many(facts, warning, critical):
    counts = facts.counts
    troubled = [one for one in facts.first_hand if one.status in ("crit", "warn")]
    troubled.sort(key=lambda one: (one.status, one.name))  # "crit" comes first
    code = OK
    if counts["crit"] + counts["warn"] > warning:
        code = WARNING
    if counts["crit"] > critical:
        code = CRITICAL
    names = ", ".join(one.title for one in troubled[:SHOWN])
    text = ", ".join(f"{n} {status}" for status, n in counts.items())
    more = [f"{one.title} is {one.status}" for one in troubled]
    return code, f"{text} - {names}" if names else text, counts, more


def line(code, text, numbers):
    """The first line, with performance data behind a bar."""
    data = " ".join(f"{label(name)}={value}" for name, value in numbers.items())
    told = f"HOARD {WORDS[code]}: {plain(text)}"
    return f"{told} | {data}" if data else told


def label(name):
    """A label of performance data: quoted, without "=" and quotes in it."""
    return "'" + plain(name).replace("'", "").replace("=", "-") + "'"


def plain(text):
    """*text* in one line and without a bar, which begins performance data."""
    return " ".join(text.replace("|", "/").split())


if __name__ == "__main__":
    sys.exit(main())
