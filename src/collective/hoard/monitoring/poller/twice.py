"""Whether another poller works on the database: two would check and tell twice."""

from ..database.tables import source as sources
from ..database.tables_poller import poller as pollers
from ..interfaces import WrongUse
from pathlib import Path
from sqlalchemy import select
import logging
import os


logger = logging.getLogger(__name__)

#: Seconds for which a heartbeat says that somebody lives.
FRESH = 30


def look_for_another(engine, now: float) -> None:
    """Warn of a poller that may still run; one that was killed is no hindrance.

    :raises WrongUse: It does run, on this machine.
    """
    p = pollers.c
    query = (
        select(p.name, p.pid, p.beat)
        .join(sources, sources.c.name == p.name)
        # Satellites have a row, too, and a right to it.
        .where(sources.c.kind == "local", p.stopped.is_(None))
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        if row.pid == os.getpid() or abs(now - row.beat) > FRESH:
            continue
        if is_poller(row.pid):
            raise WrongUse(
                f"The poller {row.name!r} runs on this database already, as process"
                f" {row.pid}: stop that one first."
            )
        logger.warning(
            "The poller %r lived %.0f s ago, as process %s, and did not end as it"
            " should. If it runs on another machine, stop one of the two: they would"
            " check and tell everything twice.",
            row.name,
            now - row.beat,
            row.pid,
        )


def is_poller(pid) -> bool:
    """Whether that process lives here and is of ours: numbers are used again."""
    try:
        return b"hoard" in Path(f"/proc/{int(pid)}/cmdline").read_bytes()
    except (OSError, TypeError, ValueError):
        return False
