"""What views ask of the history, on an engine that only reads.

    engine = open_engine(url, read_only=True)
    with reading(engine) as connection:
        page = overview(connection, time.time(), status="crit")

Every function takes such a connection; none writes.  A database that is
missing, locked, older or newer is a `DatabaseUnusable`, whose text is for people.
"""

from ..database.schema import check_schema
from ..database.tables import check as checks
from ..database.tables import group
from ..database.tables import group_member
from ..database.tables import metric
from ..database.tables import source as sources
from ..database.tables import standing
from ..database.tables import state
from ..database.tables import tag as tags
from ..interfaces import STATUSES
from ..interfaces import UNKNOWN
from ..interfaces import UnknownCheck
from . import meta
from .availability import availability
from .intervals import intervals
from .intervals import suppressed_errors
from .intervals import timeline
from .latency import latency
from .latency import percentiles
from contextlib import contextmanager
from dataclasses import dataclass
from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select


__all__ = [
    "availability",
    "changes_since",
    "check_state",
    "intervals",
    "latency",
    "overview",
    "percentiles",
    "poller_heartbeat",
    "reading",
    "suppressed_errors",
    "timeline",
]

#: Worst first; what nobody knows comes before what is known to be well.
ORDER = {"crit": 0, "warn": 1, "unknown": 2, "ok": 3, "unmonitored": 4}
LONGEST_PAGE = 500


@contextmanager
def reading(engine):
    """A connection to a database whose tables are ours.

    :raises DatabaseUnusable: In words; see `interfaces` for the kinds.
    """
    if not engine.__dict__.get("_hoard_schema_checked"):
        check_schema(engine)
        engine.__dict__["_hoard_schema_checked"] = True
    with engine.begin() as connection:
        yield connection


@dataclass(frozen=True, slots=True)
class Row:
    """How one check stands."""

    id: int
    name: str
    title: str | None
    kind: str
    status: str
    code: int | None
    reason: str
    since: int | None
    #: The slot is still open, or its closing was never written.
    provisional: bool
    last_time: int | None
    seq: int


@dataclass(frozen=True, slots=True)
class Overview:
    rows: list
    #: How many match, on all pages.
    total: int
    #: ``{status: number}`` of those that match all but the status.
    counts: dict


def effective(now):
    """SQL: the status at *now*, unknown where a verdict has expired (R5)."""
    expired = and_(
        standing.c.stale.is_not(None),
        standing.c.stale <= now,
        standing.c.status < 3,
    )
    return case(
        (standing.c.status.is_(None), UNKNOWN),
        (expired, UNKNOWN),
        else_=standing.c.status,
    )


def overview(
    connection, now, offset=0, limit=50, status=None, search=None, group=None, tag=None
):
    """An `Overview`: a page of checks, worst first, the longest so first.

    *status* is one of `STATUSES` or several; *search* is part of a name or
    title; *group* and *tag* are names.
    """
    where = matching(search, group, tag)
    found = effective(now).label("found")
    joined = checks.outerjoin(standing, standing.c.check_id == checks.c.id)
    query = (
        select(found, func.count()).select_from(joined).where(*where).group_by(found)
    )
    counts = {STATUSES[number]: many for number, many in connection.execute(query)}
    wanted = [status] if isinstance(status, str) else list(status or ())
    if wanted:
        where.append(effective(now).in_([STATUSES.index(one) for one in wanted]))
    rows = connection.execute(
        row_query(now, joined)
        .where(*where)
        .order_by(
            case(
                {STATUSES.index(k): v for k, v in ORDER.items()}, value=effective(now)
            ),
            standing.c.since,
            checks.c.name,
        )
        .offset(max(offset, 0))
        .limit(min(limit, LONGEST_PAGE))
    )
    total = sum(n for one, n in counts.items() if not wanted or one in wanted)
    return Overview([row_of(row) for row in rows], total, counts)


def matching(search, group_name, tag_name):
    where = [checks.c.removed.is_(None)]
    if search:
        words = escaped(search)
        where.append(
            or_(
                checks.c.name.ilike(words, escape="\\"),
                checks.c.title.ilike(words, escape="\\"),
                checks.c.host.ilike(words, escape="\\"),
            )
        )
    if group_name:
        members = select(group_member.c.check_id).join(group)
        where.append(checks.c.id.in_(members.where(group.c.name == group_name)))
    if tag_name:
        tagged = select(tags.c.check_id).where(tags.c.name == tag_name)
        where.append(checks.c.id.in_(tagged))
    return where


def escaped(search):
    for character in "\\%_":
        search = search.replace(character, f"\\{character}")
    return f"%{search}%"


def row_query(now, joined):
    status = effective(now)
    expired = status != standing.c.status
    return select(
        checks.c.id,
        checks.c.name,
        checks.c.title,
        checks.c.kind,
        status.label("status"),
        case((expired, None), else_=standing.c.code).label("code"),
        case((expired, None), else_=standing.c.reason).label("reason"),
        case((expired, standing.c.expires), else_=standing.c.since).label("since"),
        case((expired, True), else_=standing.c.provisional).label("provisional"),
        standing.c.last_time,
        standing.c.seq,
    ).select_from(joined)


def row_of(row):
    return Row(
        *row[:4],
        STATUSES[row.status],
        row.code,
        row.reason or "",
        row.since,
        bool(row.provisional),
        row.last_time,
        row.seq or 0,
    )


@dataclass(frozen=True, slots=True)
class CheckState:
    row: Row
    #: The columns of `check_`.
    check: dict
    #: The newest result of each source, with its name as "source".
    sources: list
    #: ``[{"name", "unit", "number", "time"}]``
    metrics: list


def check_state(connection, name, now):
    """The `CheckState` of a check.

    :raises UnknownCheck: There is none of that name.
    """
    joined = checks.outerjoin(standing, standing.c.check_id == checks.c.id)
    own = checks.c.name == name
    found = connection.execute(row_query(now, joined).where(own)).one_or_none()
    if found is None:
        raise UnknownCheck(f"There is no check {name!r}.")
    check = connection.execute(select(checks).where(own)).one()._asdict()
    query = (
        select(state, sources.c.name.label("source"))
        .join(sources)
        .where(state.c.check_id == found.id)
        .order_by(sources.c.name)
    )
    results = [
        {**row._asdict(), "status": STATUSES[row.status]}
        for row in connection.execute(query)
    ]
    c = metric.c
    query = select(c.name, c.unit, c.number, c.time).where(c.check_id == found.id)
    numbers = [row._asdict() for row in connection.execute(query.order_by(c.name))]
    return CheckState(row_of(found), check, results, numbers)


def changes_since(connection, seq, now, limit=LONGEST_PAGE):
    """``(newest seq, [Row])`` of the checks that show something else since *seq*.

    With *limit* rows there may be more: ask again from the last row's seq.
    """
    newest = meta.get(connection, meta.SEQ)
    if newest <= seq:
        return newest, []
    joined = checks.join(standing, standing.c.check_id == checks.c.id)
    query = row_query(now, joined).where(standing.c.seq > seq).order_by(standing.c.seq)
    rows = [row_of(row) for row in connection.execute(query.limit(limit))]
    return (rows[-1].seq if len(rows) == limit else newest), rows


def poller_heartbeat(connection):
    """When the poller last said that it lives, UTC seconds, or None."""
    return meta.get(connection, meta.HEARTBEAT, None)
