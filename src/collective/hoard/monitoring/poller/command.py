"""The commands of `hoard-poller` that run checks and let others bring results."""

from ..command import add_database
from ..command import OK
from ..command import PROBLEMS
from ..history.times import moment
from ..interfaces import WrongUse
from argparse import BooleanOptionalAction
import logging
import sys


def add_commands(commands):
    add_run(commands)
    add_once(commands)
    add_satellite(commands)
    add_submit(commands)
    add_source(commands)


def add_configuration(command):
    command.add_argument(
        "--config", required=True, metavar="FILE", help="TOML; see the reference"
    )
    command.add_argument(
        "--check-config",
        action="store_true",
        help="examine the configuration, start nothing",
    )
    command.add_argument("--verbose", action="store_true", help="say more in the log")


def add_run(commands):
    command = commands.add_parser("run", help="run checks until stopped")
    command.set_defaults(action=run)
    add_configuration(command)


def add_once(commands):
    command = commands.add_parser("once", help="run each check once and say how it is")
    command.set_defaults(action=once)
    add_configuration(command)


def add_satellite(commands):
    command = commands.add_parser(
        "satellite", help="run checks of a centre far away and send it the results"
    )
    command.set_defaults(action=satellite)
    add_configuration(command)


def add_submit(commands):
    command = commands.add_parser("submit", help="bring the result of a check")
    command.set_defaults(action=submit)
    command.add_argument(
        "--url",
        required=True,
        help="of the poller: its http.listen, or what leads there",
    )
    command.add_argument(
        "--token",
        required=True,
        metavar="REFERENCE",
        help="env:NAME or file:/path, where the token is",
    )
    command.add_argument("--check", metavar="NAME", help="a passive check")
    command.add_argument(
        "--status",
        choices=("ok", "warn", "crit", "unknown"),
        help="needed unless there are values, which thresholds judge",
    )
    command.add_argument("--code", type=int, help="a number, such as an exit status")
    command.add_argument("--ms", type=float, help="milliseconds that it took")
    command.add_argument("--text", default="", help="what to tell people")
    command.add_argument(
        "--time",
        type=moment,
        metavar="T",
        help="UTC seconds or ISO 8601, like 2026-11-22T08:30Z; now by default",
    )
    command.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="PATH=NUMBER[UNIT]",
        help="may be given several times",
    )
    command.add_argument(
        "--file", metavar="FILE", help="a result a line as JSON; - is standard input"
    )
    command.add_argument(
        "--spool", metavar="FILE", help="keep here what cannot be sent; sent next time"
    )
    command.add_argument(
        "--ca-file",
        metavar="FILE",
        help="trusted certificates; the system's by default",
    )


def add_source(commands):
    command = commands.add_parser(
        "source",
        help="let somebody bring results or lists: makes a token",
        description="Make a source, or a new token for one that is there: the old"
        " token is refused from then on. What is not said stays as it is.",
    )
    command.set_defaults(action=source)
    command.add_argument(
        "name", metavar="NAME", help="of the source: a script, a place"
    )
    add_database(command)
    command.add_argument(
        "--kind", choices=("push", "satellite"), help="of a new one: push"
    )
    command.add_argument(
        "--lists",
        action=BooleanOptionalAction,
        help="may, or may not, keep a list of checks; a new one may not",
    )
    command.add_argument(
        "--owner-group", metavar="GROUP", help="of its checks; '' for none"
    )
    command.add_argument(
        "--disable", action="store_true", help="refuse its token, make no new one"
    )


def configured(arguments):
    """The `Configuration` that the command line names; the log is set up."""
    from .configuration import load

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if arguments.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for name in ("asyncio", "aiohttp.access", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return load(arguments.config)


def configured_poller(arguments):
    """:raises WrongUse: Also where the configuration is a satellite's."""
    configuration = configured(arguments)
    if configuration.satellite.centre:
        raise WrongUse(
            f"{arguments.config} is the configuration of a satellite, for it names"
            " satellite.centre: start it by 'hoard-poller satellite'."
        )
    return configuration


def is_examined_only(arguments):
    """Whether that was all that was asked for; then it has been said."""
    if arguments.check_config:
        print(f"{arguments.config} is all right.")
    return arguments.check_config


def serve(service_class, configuration):
    """Run a service until a signal stops it."""
    import asyncio

    async def work():
        service = service_class(configuration)
        service.obey_signals()
        await service.run()

    asyncio.run(work())
    return OK


def run(arguments):
    configuration = configured_poller(arguments)
    if is_examined_only(arguments):
        return OK
    from .service import Service

    return serve(Service, configuration)


def once(arguments):
    import asyncio

    configuration = configured_poller(arguments)
    if is_examined_only(arguments):
        return OK

    async def work():
        from .service import Service

        service = Service(configuration)
        # Commands that still run end with us.
        service.obey_signals()
        results = await service.once()
        listing = service.engine.listing
        names = {entry.id: name for name, entry in listing.names.items()}
        return results, names, not service.stopped

    results, names, whole = asyncio.run(work())
    for entry in sorted(results, key=lambda one: names.get(one.sample.check, "")):
        said = entry.sample
        ms = "" if said.ms is None else f"{said.ms:.0f} ms"
        print(f"{said.status:5} {names.get(said.check)}  {said.text}  {ms}".rstrip())
    well = whole and all(one.sample.status == "ok" for one in results)
    return OK if well else PROBLEMS


def satellite(arguments):
    configuration = configured(arguments)
    if not configuration.satellite.centre:
        raise WrongUse("A satellite needs the setting satellite.centre.")
    if is_examined_only(arguments):
        return OK
    from ..satellite.service import SatelliteService

    return serve(SatelliteService, configuration)


def submit(arguments):
    from ..sources.submit import submit_results

    result = submit_results(arguments)
    print(result.words())
    return OK if result.sent and not result.refused else PROBLEMS


def source(arguments):
    from .tokens import make_source

    issued = make_source(
        arguments.database,
        arguments.name,
        arguments.kind,
        lists=arguments.lists,
        owner_group=arguments.owner_group,
        disable=arguments.disable,
    )
    if issued.token is None:
        print(f"The token of {arguments.name} is refused from now on.")
        return OK
    print(issued.token)
    print("Shown once; its hash alone is kept.", file=sys.stderr)
    print(words_of(arguments.name, issued), file=sys.stderr)
    return OK


def words_of(name, issued) -> str:
    """What the source *name* is and may do."""
    lists = "may keep a list of checks" if issued.lists else "may not keep a list"
    group = f"owner group {issued.owner_group}" if issued.owner_group else "no group"
    first = "Its old token is refused. " if issued.known else ""
    return f"{first}{name} is of the kind {issued.kind}, {lists}, {group}."
