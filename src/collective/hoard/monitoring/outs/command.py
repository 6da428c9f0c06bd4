"""``hoard-poller metrics | lamp | munin-node``"""

from ..command import add_database
from ..command import OK
from ..database.engine import open_engine
from ..history.reading import reading
from ..interfaces import WrongUse
from .facts import read_facts
from .lamp import lamp
from .openmetrics import openmetrics
import asyncio
import signal
import sys
import time


PORT = 4949


def add_commands(commands):
    """Add the commands of this part."""
    one = commands.add_parser("metrics", help="print OpenMetrics")
    add_database(one)
    one.add_argument("--group", help="only the checks of this group")
    one.set_defaults(action=print_metrics)
    one = commands.add_parser("lamp", help="print one line of JSON for a lamp")
    add_database(one)
    one.add_argument("--group", help="only the checks of this group")
    one.add_argument("--leds", type=int, default=0, help="lights of a strip")
    one.set_defaults(action=print_lamp)
    one = commands.add_parser("munin-node", help="answer Munin as a node does")
    add_database(one)
    one.add_argument("--listen", default=f"127.0.0.1:{PORT}", metavar="ADDRESS:PORT")
    one.add_argument(
        "--allow",
        action="append",
        metavar="NETWORK",
        help="who may ask, such as 192.0.2.7/32; this machine by default",
    )
    one.add_argument("--name", help="the node's name; this machine's by default")
    one.set_defaults(action=serve_munin)


def facts_for(arguments):
    """The `Facts` that the command line asks for."""
    engine = open_engine(arguments.database, read_only=True)
    try:
        with reading(engine) as connection:
            return read_facts(connection, time.time(), arguments.group)
    finally:
        engine.dispose()


def print_metrics(arguments):
    sys.stdout.writelines(openmetrics(facts_for(arguments)))
    return OK


def print_lamp(arguments):
    if not 0 <= arguments.leds <= 10_000:
        raise WrongUse("--leds is a number from 0 to 10000.")
    sys.stdout.write(lamp(facts_for(arguments), arguments.leds))
    return OK


def serve_munin(arguments):
    """Answer until a signal comes."""
    host, _, port = arguments.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise WrongUse(f"--listen {arguments.listen}: write it as 127.0.0.1:{PORT}.")
    try:
        return asyncio.run(_serve(arguments, host.strip("[]"), int(port)))
    except (OSError, ValueError) as error:
        raise WrongUse(f"Munin cannot be answered: {error}") from error


async def _serve(arguments, host, port):
    from .munin_server import MuninServer

    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    options = {"allowed": arguments.allow} if arguments.allow else {}
    server = MuninServer(arguments.database, host, port, name=arguments.name, **options)
    async with server:
        print(f"Answering Munin at {host}:{server.port}", flush=True)
        await ended.wait()
    return OK
