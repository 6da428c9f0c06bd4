"""How each check stands now: counts, and pages of the list, worst first."""

from ...monitoring.database import tables as t
from ...monitoring.database import tables_judge as tj
from ...monitoring.interfaces import STATUSES
from ...monitoring.interfaces import UNKNOWN
from ...monitoring.interfaces import UNMONITORED
from ...monitoring.judge.interfaces import DERIVED
from dataclasses import dataclass
from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select


#: Worst first: unknown may be anything, and comes before a mere warning.
ORDER = ("crit", "unknown", "warn", "ok", "unmonitored")
RANK = {STATUSES.index(name): place for place, name in enumerate(ORDER)}
#: Of those people want to see what has just begun.
BAD = [STATUSES.index(name) for name in ("crit", "unknown", "warn")]
PAGE = 50
LARGEST = 200
c, s = t.check.c, t.standing.c
JOINED = t.check.outerjoin(t.standing, s.check_id == c.id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the list is asked for; ``page`` counts from 1."""

    text: str = ""
    group: str = ""
    status: str = ""
    page: int = 1
    size: int = PAGE


@dataclass(slots=True)
class Line:
    """A check as the list shows it; *since* and *seen* are UTC seconds or None."""

    id: int
    name: str
    title: str
    kind: str
    target: str
    status: str
    code: int | None
    reason: str
    since: int | None
    seen: int | None
    provisional: bool
    owner_group: str | None = None
    list_source: str | None = None
    uid: str | None = None
    maintenance: bool = False
    acknowledged: bool = False
    ms: float | None = None

    @property
    def label(self):
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Found:
    """``total`` lines fit; *lines* are those of the page that is shown."""

    lines: list
    total: int
    page: int
    pages: int


def status_now(now):
    """SQL: what is true at *now*, also where nobody has written it yet (R5)."""
    return case(
        (c.enabled.is_(False), UNMONITORED),
        (s.status.is_(None), UNKNOWN),
        (lapsed(now), UNKNOWN),
        else_=s.status,
    )


def since_now(now):
    return case((lapsed(now), s.expires), else_=s.since)


def lapsed(now):
    """SQL: the verdict no longer holds, and its slot is closed (R5, R6)."""
    return and_(s.stale.is_not(None), s.stale <= now, s.status < UNKNOWN)


def watched(derived=False):
    """SQL: not removed; rules and alarms only with *derived*."""
    kinds = c.kind.in_(DERIVED) if derived else c.kind.not_in(DERIVED)
    return and_(c.removed.is_(None), kinds)


def counts(connection, now, asked=None):
    """``{status: how many}``, all five; with *asked* of its group and text."""
    status = status_now(now).label("status_now")
    query = select(status, func.count()).select_from(JOINED).where(watched())
    if asked is not None:
        query = narrowed(connection, query, asked)
    found = dict(connection.execute(query.group_by(status)).all())
    return {name: found.get(STATUSES.index(name), 0) for name in ORDER}


def narrowed(connection, query, asked):
    if asked.group:
        query = query.where(c.id.in_(in_groups(connection, [asked.group])))
    if asked.text:
        like = f"%{escaped(asked.text.lower())}%"
        columns = (c.name, c.title, c.host, c.address)
        query = query.where(
            or_(*(func.lower(column).like(like, escape="\\") for column in columns))
        )
    return query


def escaped(text):
    """*text* with what LIKE takes for wildcards made plain."""
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return text


def in_groups(connection, names):
    """SQL: the checks of these groups and of all groups within them."""
    nesting = read_nesting(connection)
    known = dict(connection.execute(select(t.group.c.name, t.group.c.id)).all())
    wanted = within(nesting, {known[name] for name in names if name in known})
    member = t.group_member.c
    return select(member.check_id).where(member.group_id.in_(wanted))


def read_nesting(connection):
    """``[(group, the one within it)]``"""
    parts = tj.group_part.c
    return connection.execute(select(parts.group_id, parts.part_id)).all()


def within(nesting, groups):
    """The numbers of *groups* and of all groups within them."""
    found = set(groups)
    while inner := {b for a, b in nesting if a in found} - found:
        found |= inner
    return found


def page(connection, now, asked):
    """The `Found` for *asked*; a page that is too far is the last one."""
    status = status_now(now)
    query = narrowed(
        connection, select(c.id).select_from(JOINED).where(watched()), asked
    )
    if asked.status in STATUSES:
        query = query.where(status == STATUSES.index(asked.status))
    total = connection.scalar(select(func.count()).select_from(query.subquery()))
    pages = max(-(-total // asked.size), 1)
    number = min(max(asked.page, 1), pages)
    query = (
        query.order_by(*worst_first(now))
        .limit(asked.size)
        .offset((number - 1) * asked.size)
    )
    ids = list(connection.scalars(query))
    return Found(lines(connection, now, ids), total, number, pages)


def worst_first(now):
    """SQL: the order of the list."""
    status = status_now(now)
    return (
        case(RANK, value=status),
        # Of what is bad the newest first; what is well stands by its name.
        case((status.in_(BAD), since_now(now)), else_=0).desc(),
        func.lower(func.coalesce(c.title, c.name)),
        c.id,
    )


def lines(connection, now, ids):
    """The `Line`s of these checks, in this order; unknown ids are left out."""
    query = (
        select(
            c.id, c.name, c.title, c.kind, c.host, c.address, c.port,
            c.owner_group, c.list_source, c.uid,
            status_now(now).label("status_now"), since_now(now).label("since_now"),
            s.code, s.reason, s.last_time, s.provisional,
        )
        .select_from(JOINED)
        .where(c.id.in_(ids))
    )  # fmt: skip
    found = {row.id: line_of(row) for row in connection.execute(query)}
    for check_id in maintained(connection, now, ids):
        found[check_id].maintenance = True
    for check_id in acknowledged(connection, now, ids):
        found[check_id].acknowledged = True
    newest = select(t.state.c.check_id, t.state.c.ms, t.state.c.time)
    for check_id, ms, _time in connection.execute(
        newest.where(t.state.c.check_id.in_(ids)).order_by(t.state.c.time)
    ):
        found[check_id].ms = ms
    return [found[key] for key in ids if key in found]


def line_of(row):
    status = STATUSES[row.status_now]
    known = status not in ("unknown", "unmonitored")
    return Line(
        row.id,
        row.name,
        row.title or "",
        row.kind,
        target(row),
        status,
        row.code if known else None,
        (row.reason or "") if known or row.status_now == UNKNOWN else "",
        row.since_now,
        row.last_time,
        bool(row.provisional),
        row.owner_group,
        row.list_source,
        row.uid,
    )


def target(row):
    """Where the check goes, for people: ``example.org:8080 at 192.0.2.1``."""
    host = row.host or row.address or ""
    port = f":{row.port}" if row.port else ""
    apart = row.address and row.host and row.address != row.host
    return f"{host}{port} ({row.address})" if apart else f"{host}{port}"


def maintained(connection, now, ids):
    """Those of the checks that are in maintenance now."""
    span = t.maintenance_span.c
    query = select(span.check_id).where(
        span.check_id.in_(ids), span.since <= now, span.until > now
    )
    return set(connection.scalars(query))


def acknowledged(connection, now, ids):
    """Those of the checks that somebody takes care of."""
    a = t.ack.c
    lasts = or_(a.until.is_(None), a.until > now)
    query = select(a.check_id).where(a.check_id.in_(ids), a.ended.is_(None), lasts)
    return set(connection.scalars(query))


def groups(connection):
    """``[(name, title)]`` of all groups, by title."""
    g = t.group.c
    rows = connection.execute(select(g.name, g.title))
    return sorted(((n, title or n) for n, title in rows), key=lambda p: p[1].lower())


def grouped_counts(connection, now, names=None):
    """``{group: {status: how many}}`` of direct and inner members."""
    result = {}
    for name in names if names is not None else [n for n, _ in groups(connection)]:
        asked = Asked(group=name)
        result[name] = counts(connection, now, asked)
    return result


def worst(found):
    """The worst status of counts, leaving out what is not monitored."""
    for name in ORDER:
        if name != "unmonitored" and found.get(name):
            return name
    return "unmonitored"
