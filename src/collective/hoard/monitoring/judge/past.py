"""What a rule would have said before there was one.

A rule is a statement over how checks stand, and how they stood is recorded: so
its past can be worked out as its present is, change by change. Only the time
before its own record begins is filled; what was recorded stays.
"""

from ..database.tables import check
from ..database.tables import interval
from ..history import meta
from ..history.intervals import tails
from ..interfaces import STATUSES
from ..interfaces import UnknownCheck
from . import log
from .expressions import Sources
from .expressions import Statistic
from .interfaces import MonitoringError
from .interfaces import Verdict
from .loading import load_calendar
from .loading import load_members
from .loading import load_rules
from .picture import Picture
from .picture import Standing
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from heapq import merge
from itertools import groupby
from operator import attrgetter
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from typing import NamedTuple


#: Rows of the change log that are held at once.
PORTION = 2000


class Unwritten(NamedTuple):
    """What follows the last row of a change log that nobody has closed since."""

    check_id: int
    since: int
    status: int
    reason: str


@dataclass
class Past:
    """`filled`: {name of a rule: (since, until, number of intervals)}, in UTC
    seconds. `complaints`: what could not be worked out, in words."""

    filled: dict = field(default_factory=dict)
    complaints: list = field(default_factory=list)


def work_out(connection, now, since=None, name=None) -> Past:
    """Fill the time from *since* until each rule's own record begins.

    *since*: UTC seconds; None: as far back as anything is recorded. *name*: of
    one rule instead of all.

    :raises UnknownCheck: There is no such rule.
    """
    meta.next_seq(connection)
    past = Past()
    picture, ids = load(connection, past, name)
    first = records(connection, ids, int(now))
    start = earliest(connection) if since is None else int(since)
    ids = {i for i in ids if start is not None and start < first[i]}
    if not ids:
        return past
    end = max(first[i] for i in ids)
    stand(connection, picture, ids, start)
    found = defaultdict(list)
    rows = changes(connection, picture, ids, start, end)
    for verdict in replay(picture, rows, start, end):
        if verdict.since < first[verdict.id]:
            found[verdict.id].append(verdict)
    for rule_id, verdicts in found.items():
        count = fill(connection, verdicts, first[rule_id])
        rule = picture.rules.rules[rule_id].rule
        past.filled[rule.name] = start, first[rule_id], count
    return past


# --- Reading -------------------------------------------------------------------


def load(connection, past, name):
    """``(Picture, ids of the rules to be worked out)``."""
    rules = load_rules(connection)
    if name is not None and name not in {rule.name for rule in rules}:
        raise UnknownCheck(f"There is no rule {name!r}.")
    picture = Picture(calendar=load_calendar(connection, None, past.complaints))
    for member in load_members(connection).values():
        picture.add(member, Standing("unknown", 0))
    for rule in rules:
        try:
            picture.rules.add(rule)
        except MonitoringError as error:
            past.complaints.append(str(error))
    for kept in [*picture.rules.rules.values()]:
        wanted = name is None or kept.rule.name == name
        if wanted and asks_for_samples(picture.rules.everything(kept)):
            past.complaints.append(
                f"The rule {kept.rule.name!r} asks for values or sources, not only for"
                " how checks stand: its past stays unknown."
            )
            wanted = False
        if not wanted:
            picture.rules.remove(kept.rule.id)
    picture.arrange()
    return picture, set(picture.rules.rules)


def asks_for_samples(expression):
    return any(isinstance(leaf, Sources | Statistic) for leaf in expression.leaves())


def records(connection, ids, now):
    """``{rule: when its own record begins}``; *now* without any."""
    c = interval.c
    query = select(c.check_id, func.min(c.since)).where(c.check_id.in_(ids))
    return dict.fromkeys(ids, now) | dict(
        connection.execute(query.group_by(c.check_id)).all()
    )


def earliest(connection):
    return connection.scalar(select(func.min(interval.c.since)))


def stand(connection, picture, ids, when):
    """Let all members but the rules *ids* stand as they did at that time."""
    late = select(check.c.id).where(check.c.monitored_since > when)
    for check_id in connection.scalars(late):
        if check_id in picture.standings:
            picture.put(check_id, Standing("unmonitored", when))
    c = interval.c
    query = select(c.check_id, c.since, c.status, c.reason).where(
        c.since <= when, or_(c.until.is_(None), c.until > when)
    )
    rows = connection.execute(query).all()
    for row in [*rows, *unwritten(connection, picture.standings.keys(), when + 1)]:
        take(picture, ids, row)


def take(picture, ids, row):
    """The rules that the row of the change log concerns."""
    if row.check_id in ids or row.check_id not in picture.standings:
        return ()
    standing = Standing(STATUSES[row.status], row.since, row.reason or "")
    return picture.put(row.check_id, standing)


def changes(connection, picture, ids, since, until):
    """Rows of the change log in (since, until), of whom the rules speak."""
    members = set().union(*(picture.rules.rules[i].members for i in ids)) - ids
    c = interval.c
    query = (
        select(c.check_id, c.since, c.status, c.reason)
        .where(c.since > since, c.since < until)
        .order_by(c.since)
    )
    later = unwritten(connection, members, until)
    later = [row for row in later if row.since > since]
    # Of the query alone: a connection would keep it for what is written later.
    rows = connection.execute(query.execution_options(yield_per=PORTION))
    rows = (row for row in rows if row.check_id in members)
    return merge(rows, later, key=attrgetter("since"))


def unwritten(connection, members, until):
    """`Unwritten` rows before *until*, by time: the poller may have been away since
    a verdict expired, and slots may be open.
    """
    found = [
        Unwritten(key, row.since, row.status, row.reason)
        for key, rows in tails(connection, list(members), until).items()
        for row in rows
    ]
    return sorted(found, key=attrgetter("since"))


# --- Working out ---------------------------------------------------------------


def replay(picture, rows, since, until):
    """Yield a `Verdict` each time a rule becomes another, from its first one on."""
    picture.maintain(since)
    yield from judged(picture, picture.rules.rules, since)
    edge = picture.calendar.next_change(since)
    for when, together in groupby(rows, key=lambda row: row.since):
        while edge <= when:
            yield from judged(picture, picture.maintain(edge)[0], edge)
            edge = picture.calendar.next_change(edge)
        concerned = set()
        for row in together:
            concerned.update(take(picture, picture.rules.rules.keys(), row))
        yield from judged(picture, concerned, when)
    while edge < until:
        yield from judged(picture, picture.maintain(edge)[0], edge)
        edge = picture.calendar.next_change(edge)


def judged(picture, concerned, when):
    verdicts = picture.rules.evaluate(concerned, when)
    for verdict in verdicts:
        picture.put(verdict.id, Standing(verdict.status, verdict.since, verdict.reason))
    return verdicts


# --- Writing -------------------------------------------------------------------


def fill(connection, verdicts, first):
    """Write the intervals of one rule up to its record; their number."""
    rows = rows_of(verdicts, first)
    c = interval.c
    own = (c.check_id == verdicts[0].id) & (c.since == first)
    recorded = connection.execute(select(interval).where(own)).one_or_none()
    count = len(rows)
    if recorded is None:
        rows[-1]["until"] = None
        meta.put(connection, meta.PAST, max(first, meta.get(connection, meta.PAST)))
        log.show(connection, verdicts[-1], meta.get(connection, meta.SEQ))
    elif recorded.status == rows[-1]["status"]:
        # Only changes are recorded: it was so already.
        longer = update(interval).where(own)
        connection.execute(longer.values(since=rows.pop()["since"]))
    if rows:
        connection.execute(insert(interval), rows)
    return count


def rows_of(verdicts: list[Verdict], end):
    ends = [verdict.since for verdict in verdicts[1:]] + [end]
    return [
        {
            "check_id": verdict.id,
            "since": verdict.since,
            "until": until,
            "status": STATUSES.index(verdict.status),
            "reason": verdict.reason or None,
        }
        for verdict, until in zip(verdicts, ends, strict=True)
    ]
