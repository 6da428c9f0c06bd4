"""``hoard-outbox``: deliver what is pending, look at it, set it right.

It reaches the outbox in one of two ways: by ``--config zope.conf``, beside a
ZEO server or RelStorage, or by ``--url`` of the site, through the running
instance; then the token in HOARD_OUTBOX_TOKEN or HOARD_OUTBOX_TOKEN_FILE, the
same as the instance's, is needed.
"""

from .interfaces import OutboxError
from .report import CRITICAL
from .report import Thresholds
from .report import worst
from .token import configured_token
from argparse import ArgumentParser
from argparse import ArgumentTypeError
from argparse import RawDescriptionHelpFormatter
from dataclasses import fields
import json
import math
import os
import sys


#: The exit code when something cannot be reached or done.
TROUBLE = 3


class Unreachable(OutboxError):
    """The outbox could not be reached; the message says what to do."""


def main(argv=None, write=print):
    """Run the command.

    :return: the exit code: for status 0 fine, 1 warning, 2 critical; else 0, or 1
        when a target could not be reached; 3 when the outbox could not be.
    """
    options = parser().parse_args(argv)
    try:
        return options.act(options, reach(options), write)
    except OutboxError as error:
        print(f"hoard-outbox: {error}", file=sys.stderr)
        return TROUBLE
    except KeyboardInterrupt:
        return 130


def reach(options):
    """What carries the command out: over the database, or by HTTP."""
    if options.url:
        from .remote import Remote

        return Remote(options.url, configured_token())
    from .local import Local

    if not options.config:
        raise Unreachable(
            "say where the outbox is: --config zope.conf, or --url of the site"
        )
    os.environ["HOARD_OUTBOX"] = "off"  # No second worker in this process.
    return Local(options.config, options.site)


def parser():
    common = ArgumentParser(add_help=False)
    common.add_argument(
        "-C", "--config", default=os.environ.get("ZOPE_CONF"), help="path of zope.conf"
    )
    common.add_argument("--url", help="address of the site, instead of --config")
    common.add_argument("--site", help="path of one site, such as /Plone; else all")
    top = ArgumentParser(
        "hoard-outbox", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True)

    def add(name, act, help):
        command = commands.add_parser(name, help=help, parents=[common])
        command.set_defaults(act=act)
        return command

    run = add("run", _run, "deliver until SIGTERM or Ctrl-C")
    run.add_argument("--once", action="store_true", help="deliver once, then end")
    run.add_argument(
        "--interval", type=_seconds, default=0.5, help="seconds between two looks"
    )
    status = add("status", _status, "how each target is doing")
    status.add_argument("--json", action="store_true", help="as JSON")
    for one in fields(Thresholds):
        name = f"--{one.name.replace('_', '-')}"
        status.add_argument(name, type=_number, default=one.default, metavar="N")
    add("drain", _drain, "deliver once, also to targets that were just down")
    for name, act, help in (
        ("retry", _retry, "try again what is parked"),
        ("discard", _discard, "remove what is parked for good"),
    ):
        command = add(name, act, help)
        command.add_argument("target", help="name of the target, such as mail")
        command.add_argument("id", nargs="?", help="one entry; else all")
    command.add_argument(
        "--pending", action="store_true", help="remove what is pending instead"
    )
    command.add_argument("--yes", action="store_true", help="do not ask")
    return top


def _number(text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ArgumentTypeError(f"a number from 0 is needed, not {text!r}")
    return number


def _seconds(text):
    if not 0.05 <= (number := _number(text)) <= 3600:
        raise ArgumentTypeError("0.05 to 3600 seconds")
    return number


def _run(options, outbox, write):
    if options.once:
        return _drain(options, outbox, write)
    outbox.run(options.interval, write)
    return 0


def _drain(options, outbox, write):
    failed = False
    for place, done in outbox.drain().items():
        write(f"{place}: {_told(done)}")
        failed = failed or bool(done["error"])
    return 1 if failed else 0


def _told(done):
    if done["busy"]:
        return "another drainer is at it"
    text = f"{done['sent']} sent, {done['parked']} parked"
    return text + (f"; NOT REACHED: {done['error']}" if done["error"] else "")


def _status(options, outbox, write):
    limits = {one.name: getattr(options, one.name) for one in fields(Thresholds)}
    reports = outbox.reports(Thresholds(**limits))
    if options.json:
        write(json.dumps(reports, indent=2, ensure_ascii=False))
    else:
        for site, data in reports.items():
            _write_report(site, data, write)
    return min(worst(reports.values()), CRITICAL)


def _write_report(site, data, write):
    write(f"{site}: {data['status']}")
    for name, target in data["targets"].items():
        line = f"  {name}: {target['pending']} pending, {target['parked']} parked"
        if target["retry_at"]:
            line += f", next try {target['retry_at']}"
        write(line)
        for problem in target["problems"]:
            write(f"    {problem}")
        if target["last_error"] and (target["failures"] or target["parked"]):
            write(f"    {target['last_error_time']}: {target['last_error']}")


def _retry(options, outbox, write):
    count = outbox.retry(options.target, options.id)
    write(f"{count} will be tried again")
    return 0


def _discard(options, outbox, write):
    what = "all that is pending" if options.pending else options.id or "all parked"
    if not options.yes and not _agreed(f"Remove {what} for {options.target}?"):
        write("nothing was removed; answer yes, or give --yes")
        return TROUBLE
    if options.pending:
        count = outbox.discard_pending(options.target)
    else:
        count = outbox.discard(options.target, options.id)
    write(f"{count} discarded")
    return 0


def _agreed(question):
    try:
        return input(f"{question} [yes/no] ").strip().lower() == "yes"
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
