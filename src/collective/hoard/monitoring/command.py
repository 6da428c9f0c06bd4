"""The command ``hoard-poller``: it parses, calls one function and prints."""

from .interfaces import MonitoringError
from importlib import import_module
from importlib.util import find_spec
import argparse
import os
import sys


OK, PROBLEMS, WRONG_USE = 0, 1, 2
#: Subpackages that may bring commands: ``command.add_commands(subparsers)``.
#: Each command sets ``action``, called with the arguments, its exit status.
PARTS = ("history", "poller", "judge", "telling", "outs")


def main(argv=None):
    """Run the command; its exit status."""
    arguments = parser().parse_args(argv)
    try:
        return arguments.action(arguments)
    except MonitoringError as error:
        print(f"hoard-poller: {error}", file=sys.stderr)
        return WRONG_USE
    except UnicodeEncodeError:
        if not any("\udc80" <= c <= "\udcff" for c in "".join(argv or sys.argv[1:])):
            raise
        # What Python makes of bytes on a command line that are no UTF-8.
        print("hoard-poller: An argument is no text in UTF-8.", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        print("hoard-poller: stopped.", file=sys.stderr)
        return PROBLEMS
    except BrokenPipeError:
        # `hoard-poller history ... | head`: nobody reads on, which is all right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def parser():
    top = argparse.ArgumentParser(
        prog="hoard-poller",
        description="Check sites and sensors, keep their history, tell people.",
        epilog="Exit status: 0 all right, 1 done with listed problems,"
        " 2 wrong use or an unusable database.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for part in PARTS:
        name = f"{__package__}.{part}"
        if find_spec(name) and find_spec(f"{name}.command"):
            import_module(f"{name}.command").add_commands(commands)
    return top


def add_database(command):
    """The option ``--database`` that most commands have."""
    command.add_argument(
        "--database",
        required=True,
        metavar="URL",
        help="sqlite:////path/of.db, a path, or postgresql://user@host/name",
    )


if __name__ == "__main__":
    sys.exit(main())
