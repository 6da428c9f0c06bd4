"""Read from the database what is judged: a `Picture` of the checks as they are."""

from ..database import tables as t
from ..database import tables_judge as tj
from ..interfaces import CRIT
from ..interfaces import MonitoringError
from ..interfaces import STATUSES
from ..interfaces import UNKNOWN
from .dependencies import Dependencies
from .facts import load_facts
from .flaps import SHORTEST
from .flaps import SLOTS
from .groups import around
from .interfaces import Alarm
from .interfaces import Circular
from .interfaces import Member
from .interfaces import Rule
from .picture import Picture
from .picture import Standing
from .windows import Calendar
from .windows import Maintenance
from collections import defaultdict
from sqlalchemy import or_
from sqlalchemy import select


def load(connection, now):
    """``(Picture, complaints)``; what cannot be used is left out and told of."""
    complaints = []
    members = load_members(connection)
    picture = Picture(
        load_dependencies(connection, members, complaints),
        load_calendar(connection, now, complaints),
    )
    standings = load_standings(connection, now)
    for member in members.values():
        unknown = Standing("unknown", int(now), new=True)
        picture.add(member, standings.get(member.id, unknown))
    for rule in load_rules(connection):
        attempt(complaints, add_rule, picture, rule, standings)
    attempt(complaints, arrange, picture)
    for alarm in load_alarms(connection):
        attempt(complaints, add_alarm, connection, picture, alarm, standings, now)
    load_flaps(connection, picture, now)
    load_facts(connection, picture, now)
    return picture, complaints


def attempt(complaints, action, *arguments):
    try:
        action(*arguments)
    except MonitoringError as error:
        complaints.append(str(error))


def load_members(connection):
    """``{id: Member}`` of all checks that are not removed."""
    names = dict(connection.execute(select(t.group.c.id, t.group.c.name)).all())
    groups = load_groups(connection, names)
    tags = grouped(connection.execute(select(t.tag.c.check_id, t.tag.c.name)))
    rhythms = {
        row.check_id: (row.slot, row.fresh)
        for row in connection.execute(select(t.regime).order_by(t.regime.c.since))
    }
    # The same few sets for thousands of checks.
    same = {}
    shared = lambda words: same.setdefault(words, words)  # noqa: E731
    c = t.check.c
    query = select(c.id, c.name, c.kind, c.title).where(c.removed.is_(None))
    return {
        row.id: Member(
            row.id,
            row.name,
            row.kind,
            row.title or "",
            shared(frozenset(names[g] for g in groups.get(row.id, ()))),
            shared(frozenset(tags.get(row.id, ()))),
            *rhythms.get(row.id, (SHORTEST, 600)),
        )
        for row in connection.execute(query)
    }


def load_groups(connection, names):
    """``{check id: ids of all groups it is in}``; circles count as no nesting."""
    parts = tj.group_part.c
    nesting = connection.execute(select(parts.group_id, parts.part_id)).all()
    try:
        wider = around(nesting, names)
    except Circular:
        wider = {}
    found = defaultdict(set)
    member = t.group_member.c
    for check_id, group_id in connection.execute(
        select(member.check_id, member.group_id)
    ):
        found[check_id] |= wider.get(group_id, {group_id})
    return found


def grouped(rows):
    found = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def load_dependencies(connection, members, complaints):
    edges = [
        (row.check_id, row.on_check_id, row.redundancy)
        for row in connection.execute(select(t.dependency))
        if row.check_id in members and row.on_check_id in members
    ]
    try:
        return Dependencies(edges, {m.id: m.name for m in members.values()})
    except Circular as error:
        complaints.append(str(error))
        return Dependencies()


def load_windows(connection, now=None):
    """All `Maintenance`, or those that may still be open at *now*."""
    c = t.maintenance.c
    query = select(t.maintenance).order_by(c.id)
    if now is not None:
        query = query.where(or_(c.until > now, c.recurrence.is_not(None)))
        query = query.where(or_(c.cancelled.is_(None), c.cancelled > now))
    return [window_of(row) for row in connection.execute(query)]


def window_of(row):
    """The `Maintenance` of a row of its table."""
    return Maintenance(
        row.id,
        row.title,
        row.since,
        row.until,
        row.recurrence or "",
        row.zone or "UTC",
        row.selector or "*",
        row.cancelled,
    )


def load_calendar(connection, now, complaints):
    usable = []
    for window in load_windows(connection, now):
        attempt(complaints, lambda w=window: usable.append(Calendar([w]).windows[0]))
    calendar = Calendar()
    calendar.windows = usable
    return calendar


def load_standings(connection, now):
    """``{check id: Standing}`` by the last rows of the change log."""
    c = t.interval.c
    query = select(c.check_id, c.status, c.since, c.reason, c.code, c.expires).where(
        c.until.is_(None)
    )
    found = {}
    for row in connection.execute(query):
        standing = Standing(STATUSES[row.status], row.since, row.reason or "", row.code)
        found[row.check_id] = standing
    return found


def load_rules(connection):
    query = select(t.rule).where(t.rule.c.enabled).order_by(t.rule.c.name)
    return [
        Rule(
            row.check_id,
            row.name,
            row.expression,
            row.warning or "",
            row.unknown_members,
            STATUSES[row.severity],
            row.collapse,
            bool(row.exempt),
        )
        for row in connection.execute(query)
        if row.check_id is not None
    ]


def add_rule(picture, rule, standings):
    standing = standings.get(rule.id)
    picture.rules.add(rule, standing.status if standing else None)


def arrange(picture):
    """A circle of rules stops those rules alone."""
    circles = []
    while True:
        try:
            picture.arrange()
            break
        except Circular as error:
            circles.append(error)
            for rule_id in set(error.circle):
                picture.rules.remove(rule_id)
    if circles:
        raise MonitoringError(" ".join(map(str, circles)))


def load_alarms(connection):
    c, m = t.alarm.c, t.metric.c
    query = (
        select(t.alarm, m.name.label("metric_name"), m.check_id.label("metric_check"))
        .outerjoin(t.metric, m.id == c.metric_id)
        .where(c.enabled)
        .order_by(c.name)
    )
    return [
        Alarm(
            row.check_id,
            row.name,
            row.of_check_id or row.metric_check,
            row.metric or row.metric_name,
            row.statistic,
            row.period,
            row.comparison,
            row.threshold,
            row.clear,
            row.n,
            row.m,
            row.missing,
            STATUSES[row.severity],
        )
        for row in connection.execute(query)
        if row.check_id is not None
    ]


def add_alarm(connection, picture, alarm, standings, now):
    standing = standings.get(alarm.id)
    state = "insufficient"
    if standing and standing.status in ("ok", alarm.severity):
        state = "ok" if standing.status == "ok" else "alarm"
    watch = picture.alarms.add(alarm, now, state)
    since = (int(now) // alarm.period - alarm.n) * alarm.period
    for time, value in load_values(connection, alarm, since):
        watch.add(time, value)


def load_values(connection, alarm, since):
    """``(time, number)`` of the periods that the alarm still looks at."""
    if alarm.metric == "ms":
        c = t.sample.c
        query = select(c.time, c.ms).where(
            c.bucket >= since // t.BUCKET,
            c.check_id == alarm.check_id,
            c.time >= since,
            c.ms.is_not(None),
        )
        return connection.execute(query).all()
    v, m = t.metric_value.c, t.metric.c
    query = (
        select(v.time, v.number)
        .join(t.metric, m.id == v.metric_id)
        .where(
            v.bucket >= since // t.BUCKET,
            m.check_id == alarm.check_id,
            m.name == alarm.metric,
            v.time >= since,
        )
    )
    return connection.execute(query).all()


def load_flaps(connection, picture, now):
    """Changes of the last slots, so that a restart forgets no flapping."""
    c = t.interval.c
    slots = {m.id: m.slot for m in picture.board.members.values()}
    longest = max(slots.values(), default=SHORTEST) * SLOTS
    query = (
        select(c.check_id, c.since)
        .where(
            c.since > now - min(longest, 86400),
            c.status.in_([*range(CRIT + 1), UNKNOWN]),
        )
        .order_by(c.since)
    )
    for check_id, since in connection.execute(query):
        if check_id in slots:
            picture.flaps.remember(check_id, slots[check_id], since)
