"""Reading the checks that one poller or satellite has to run."""

from ..checks.common import Common
from ..checks.common import common_of
from ..checks.interfaces import ACTIVE_KINDS
from ..checks.interfaces import CheckSpec
from ..checks.interfaces import CheckUnusable
from ..checks.interfaces import TIMEOUT
from ..database.tables import check as checks
from ..database.tables import source as sources
from ..interfaces import ACTIVE_KINDS as ACTIVE_SOURCES
from ..interfaces import DatabaseUnusable
from .interfaces import Entry
from .interfaces import Listing
from sqlalchemy import select
from sys import intern
import logging


logger = logging.getLogger(__name__)

#: The source that runs a check which says nothing else.
CENTRE = "local"
#: Seconds between two runs where the check says nothing.
INTERVAL = 300
SHORTEST = 1


def read_listing(connection, source: str, generation: int, trusted) -> Listing:
    """What *source* has to run, and what anybody may bring results for."""
    known = runners_of(connection)
    specs, names, problems = [], {}, {}
    for row in rows_of(connection, problems):
        try:
            params, common = said_by(row, problems)
            active = row.kind in ACTIVE_KINDS
            where = common.where or (CENTRE,)
            entry = entry_of(row, common, where if row.id not in problems else ())
            # A check whose parameters are unreadable runs nowhere, but what
            # others bring for it is still its own.
            if active and source in entry.where:
                specs.append(spec_of(row, params, trusted))
            if active and (lost := [name for name in entry.where if name not in known]):
                problems[row.id] = NOBODY.format(lost[0])
            names[row.name] = entry
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            # What SQL may write and we never would: it must not stop the others.
            problems[row.id] = f"Its row in the database cannot be read: {error}."
    return Listing(generation, tuple(specs), names, problems)


NOBODY = (
    "where: there is no poller or satellite {!r} that would run it; make it by"
    " 'hoard-poller source NAME --kind satellite', or name another."
)


def runners_of(connection) -> set:
    """The names of the sources that run checks."""
    query = select(sources.c.name).where(sources.c.kind.in_(ACTIVE_SOURCES))
    return set(connection.scalars(query))


def rows_of(connection, problems):
    """All checks that are watched; in *problems* those that the driver cannot read."""
    c = checks.c
    living = c.enabled, c.removed.is_(None)
    query = select(
        c.id, c.name, c.kind, c.address, c.port, c.host, c.params, c.interval,
        c.timeout, c.owner_group, c.list_source,
    ).where(*living)  # fmt: skip
    try:
        return connection.execute(query).all()
    except DatabaseUnusable:
        raise
    except Exception:
        # One of them is not as we write it, e.g. no JSON; which one?
        logger.debug("Reading the list in parts", exc_info=True)
    numbers = connection.scalars(select(c.id).where(*living).order_by(c.id)).all()
    return in_halves(connection, query, numbers, problems)


def in_halves(connection, query, numbers, problems):
    """The rows of the checks *numbers*, without those that cannot be read."""
    if not numbers:
        return []
    try:
        span = checks.c.id.between(numbers[0], numbers[-1])
        return connection.execute(query.where(span)).all()
    except DatabaseUnusable:
        raise
    except Exception as error:
        if len(numbers) == 1:
            problems[numbers[0]] = f"Its row in the database cannot be read: {error}."
            return []
    middle = len(numbers) // 2
    return [
        row
        for part in (numbers[:middle], numbers[middle:])
        for row in in_halves(connection, query, part, problems)
    ]


def said_by(row, problems):
    """(parameters, what any check may say in them); its mistake in *problems*."""
    params = row.params
    if params is None:
        params = {}
    if not isinstance(params, dict):
        problems[row.id] = "params must be names with values."
        return {}, Common()
    try:
        return params, common_of(params)
    except CheckUnusable as error:
        problems[row.id] = str(error)
        return params, Common()


def entry_of(row, common, where) -> Entry:
    return Entry(
        row.id,
        row.name,
        intern(row.kind),
        row.owner_group,
        where,
        common.thresholds or None,
        common.unknown,
    )


def spec_of(row, params, trusted) -> CheckSpec:
    return CheckSpec(
        id=row.id,
        # The same few words for thousands of checks.
        kind=intern(row.kind),
        address=intern(row.address or ""),
        port=row.port,
        name=row.host or "",
        params=params,
        interval=max(row.interval or INTERVAL, SHORTEST),
        timeout=row.timeout or TIMEOUT,
        trusted=trusted(row.owner_group, row.list_source),
    )


def trust(settings):
    """The function (owner group, list source) -> bool of these `Checks` settings."""

    def trusted(group, list_source):
        if not group:
            # A list from outside is its sender's, not the site's.
            return settings.trust_without_group and not list_source
        return group in settings.trusted_groups

    return trusted
