"""The command ``hoard-poller acknowledge``."""

from ..command import add_database
from ..command import OK
from ..database.engine import open_engine
from ..database.tables import interval
from ..database.tables import standing
from ..history.intervals import check_id_of
from ..history.store import Store
from ..history.times import seconds
from ..interfaces import OK as OK_STATUS
from ..interfaces import WrongUse
from . import incidents
from sqlalchemy import select
import getpass
import time


def add_commands(commands):
    command = commands.add_parser(
        "acknowledge", help="say that somebody takes care of a check's problem"
    )
    command.set_defaults(action=acknowledge)
    add_database(command)
    command.add_argument("--check", required=True, metavar="NAME", help="of the check")
    command.add_argument("--author", metavar="WHO", help="you, if nobody is named")
    command.add_argument("--text", default="", metavar="TEXT", help="what is done")
    command.add_argument(
        "--until", metavar="T", help="UTC seconds or ISO 8601; else until it is over"
    )
    command.add_argument(
        "--withdraw", action="store_true", help="nobody takes care any longer"
    )


def acknowledge(arguments):
    now = int(time.time())
    until = None if arguments.until is None else int(seconds(arguments.until))
    if until is not None and until <= now:
        raise WrongUse("--until is over already: give a time that is to come.")
    author = (arguments.author or getpass.getuser()).strip()
    with Store(
        open_engine(arguments.database, must_exist=True)
    ).writing() as connection:
        check_id = check_id_of(connection, arguments.check)
        if arguments.withdraw:
            incidents.withdraw(connection, [check_id], now)
        elif is_well(connection, check_id):
            raise WrongUse(f"{arguments.check} is ok: there is nothing to acknowledge.")
        else:
            text = arguments.text.strip()
            incidents.acknowledge(connection, check_id, author, text, now, until)
    return OK


def is_well(connection, check_id):
    """Whether the last thing known of the check is that it is ok."""
    c = standing.c
    query = select(c.status).where(c.check_id == check_id)
    status = connection.scalar(query)
    if status is None:
        c = interval.c
        last = select(c.status).where(c.check_id == check_id)
        status = connection.scalar(last.order_by(c.since.desc()).limit(1))
    return status == OK_STATUS
