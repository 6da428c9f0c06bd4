"""The command ``hoard-migrate``: it parses, calls one function and prints."""

from .interfaces import Interrupted
from .interfaces import WrongUse
from contextlib import contextmanager
import argparse
import os
import signal
import sys
import time


OK, PROBLEMS, WRONG_USE, INTERRUPTED = 0, 1, 2, 3


def main(argv=None):
    """Run the command; its exit status."""
    arguments = parser().parse_args(argv)
    try:
        with stoppable():
            return arguments.action(arguments)
    except WrongUse as error:
        print(f"hoard-migrate: {error}", file=sys.stderr)
        return WRONG_USE
    except Interrupted as error:
        print(f"\nhoard-migrate: {error}", file=sys.stderr)
        return INTERRUPTED
    except KeyboardInterrupt:
        print("\nhoard-migrate: stopped; go on with --resume.", file=sys.stderr)
        return INTERRUPTED


@contextmanager
def stoppable():
    """Let SIGTERM end a run as Ctrl-C does."""

    def stop(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def parser():
    top = argparse.ArgumentParser(
        prog="hoard-migrate",
        description="Turn a Python 2 ZODB into a correct Python 3 one.",
        epilog="Exit status: 0 all right, 1 finished with listed problems,"
        " 2 wrong use, 3 interrupted and resumable.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add_analyze(commands)
    add_convert(commands)
    add_verify(commands)
    return top


def add_analyze(commands):
    command = commands.add_parser("analyze", help="what is in a Python 2 database")
    command.set_defaults(action=analyze)
    command.add_argument("source", metavar="SOURCE")
    add_decisions(command)
    command.add_argument("--write-rules", metavar="OUT.toml")
    command.add_argument("--all", action="store_true", help="also purely ascii rows")


def add_convert(commands):
    command = commands.add_parser("convert", help="write a Python 3 database")
    command.set_defaults(action=convert)
    command.add_argument("source", metavar="SOURCE")
    command.add_argument("destination", metavar="DESTINATION")
    add_decisions(command)
    command.add_argument("--blobs", metavar="SRC_BLOBS")
    command.add_argument("--destination-blobs", metavar="DST_BLOBS")
    command.add_argument(
        "--copy-blobs", action="store_true", help="never make hard links"
    )
    history = command.add_mutually_exclusive_group()
    history.add_argument("--current", action="store_true", help="newest revisions only")
    history.add_argument(
        "--pack", action="store_true", help="the same, without unreachable objects"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="analyze only, write nothing"
    )
    command.add_argument("--resume", action="store_true")
    command.add_argument("--no-verify", action="store_true")


def add_verify(commands):
    command = commands.add_parser("verify", help="check a converted database")
    command.set_defaults(action=verify)
    command.add_argument("destination", metavar="DESTINATION")
    command.add_argument("--source", metavar="SOURCE")
    command.add_argument("--blobs", metavar="BLOBS")
    command.add_argument("--json", metavar="OUT.json")


def add_decisions(command):
    command.add_argument("--rules", metavar="RULES.toml")
    command.add_argument("--encoding", default="utf-8")
    command.add_argument(
        "--fallback",
        action="append",
        metavar="ENCODING",
        help="for what is not in the encoding; may be given more than once;"
        " 'none' for bytes. Default: latin-1",
    )
    command.add_argument("--jobs", type=positive, metavar="N")
    command.add_argument("--json", metavar="OUT.json")


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def options_of(arguments):
    from .options import options_from

    return options_from(arguments)


def analyze(arguments):
    from .analyze import rules_file
    from .databases import analyze_all

    check_outputs(arguments.json, arguments.write_rules)
    options = options_of(arguments)
    with progress() as show:
        report = analyze_all(arguments.source, options, show)
    if arguments.write_rules:
        text = "\n".join(rules_file(report, options.rules)) + "\n"
        with open(arguments.write_rules, "x", encoding="utf-8") as stream:
            stream.write(text)
    print_table(report, arguments.all)
    return finish(report, arguments.json)


def convert(arguments):
    from .databases import convert_all

    if arguments.dry_run:
        arguments.write_rules, arguments.all = None, False
        return analyze(arguments)
    check_outputs(arguments.json)
    with progress() as show:
        report = convert_all(
            arguments.source,
            arguments.destination,
            options_of(arguments),
            show,
            check=not arguments.no_verify,
        )
    return finish(report, arguments.json)


def verify(arguments):
    from .databases import verify_all

    check_outputs(arguments.json)
    with progress() as show:
        report = verify_all(
            arguments.destination, arguments.source, arguments.blobs, show
        )
    return finish(report, arguments.json)


def check_outputs(*paths):
    """Say before the work, not after it, that a file cannot be written."""
    for path in filter(None, paths):
        folder = os.path.dirname(os.path.abspath(path))
        if not os.path.isdir(folder):
            raise WrongUse(f"There is no folder {folder} for {path}.")
        if path.endswith(".toml") and os.path.exists(path):
            raise WrongUse(f"{path} exists already and is never overwritten.")


def finish(report, json_path):
    """Keep and tell what was found; the exit status."""
    if json_path:
        report.write_json(json_path)
    problems = f"Finished with {report.problems:,} problems, listed above."
    tell(*report.lines(), "", problems if report.problems else "No problems.")
    return report.exit_code


def tell(*lines):
    """Print *lines*. Where nobody reads on, as behind ``| head``, the work is done
    all the same, and its exit status is what it is."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_table(report, everything):
    """Attributes with other than ascii strings, or all of them."""
    rows = [r for r in report.attributes if everything or r["encoded"] or r["other"]]
    lines = [f"{'ascii':>9} {'encoded':>9} {'other':>9}  attribute: what it becomes"]
    for entry in rows:
        name = f"{entry['class']}.{entry['attribute']}"
        if entry["part"] != "becomes":
            name += f" ({entry['part']})"
        counts = " ".join(
            f"{entry[kind]:>9,}" for kind in ("ascii", "encoded", "other")
        )
        becomes = ", ".join(f"{b['type']} by {b['by']}" for b in entry["becomes"])
        lines.append(f"{counts}  {name}: {becomes}")
    hidden = len(report.attributes) - len(rows)
    if hidden:
        told = f"and {hidden:,} attributes with ascii strings only (--all shows them)"
        lines.append(told)
    tell(*lines, "")


@contextmanager
def progress():
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda part, what: None
        return
    shown = [0.0]

    def show(part, what):
        now = time.monotonic()
        if now - shown[0] > 0.2 or part >= 1:
            shown[0] = now
            bar = "#" * int(part * 40)
            print(f"\r{what:<10} [{bar:<40}] {part:4.0%}", end="", file=sys.stderr)

    try:
        yield show
    finally:
        print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
