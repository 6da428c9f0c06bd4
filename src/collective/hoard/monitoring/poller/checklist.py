"""Reading the checks that one poller or satellite has to run."""

from ..checks.interfaces import ACTIVE_KINDS
from ..checks.interfaces import CheckSpec
from ..checks.interfaces import TIMEOUT
from ..database.tables import check as checks
from .interfaces import Entry
from .interfaces import Listing
from sqlalchemy import select
from sys import intern


#: The source that runs a check which says nothing else.
CENTRE = "local"
#: Seconds between two runs where the check says nothing.
INTERVAL = 300
SHORTEST = 1


def read_listing(connection, source: str, generation: int, trusted) -> Listing:
    """What *source* has to run, and what anybody may bring results for."""
    c = checks.c
    query = select(
        c.id, c.name, c.kind, c.address, c.port, c.host, c.params, c.interval,
        c.timeout, c.owner_group, c.list_source,
    ).where(c.enabled, c.removed.is_(None))  # fmt: skip
    specs, names = [], {}
    for row in connection.execute(query):
        params = row.params if isinstance(row.params, dict) else {}
        where = places(params)
        names[row.name] = entry_of(row, params, where)
        if row.kind in ACTIVE_KINDS and source in where:
            specs.append(spec_of(row, params, trusted))
    return Listing(generation, tuple(specs), names)


def places(params: dict) -> tuple:
    """The sources that run a check."""
    where = params.get("where") or CENTRE
    return (where,) if isinstance(where, str) else tuple(where)


def entry_of(row, params, where) -> Entry:
    thresholds = params.get("thresholds")
    return Entry(
        row.id,
        row.name,
        intern(row.kind),
        row.owner_group,
        where,
        thresholds if isinstance(thresholds, dict) else None,
        params.get("unknown", "absent"),
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
