"""Replay a time of history against a policy: what would each person have got?

Everything happens in a copy of the settings in a temporary database, with the
same judge and teller as in service.  Nothing is sent.
"""

from ..database import tables as t
from ..database import tables_judge as tj
from ..database.engine import open_engine
from ..database.schema import ensure_schema
from ..history import meta
from ..interfaces import Change
from ..interfaces import MonitoringError
from ..interfaces import STATUSES
from ..judge import Judge
from ..judge.expressions import Sources
from ..judge.expressions import Statistic
from ..judge.interfaces import WrongSettings
from ..judge.parser import parse_rule
from .interfaces import CHANNELS
from .roster import load_roster
from .roster import Roster
from .roster import save_roster
from .teller import Teller
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from tempfile import TemporaryDirectory


#: Seconds between two ticks.
STEP = 30
#: Longer takes too long to read.
LONGEST = 31 * 86400
#: What is copied, in an order that keeps references.
COPIED = (
    t.source,
    t.check,
    t.regime,
    t.group,
    t.group_member,
    tj.group_part,
    t.tag,
    t.dependency,
    t.maintenance,
    t.rule,
    t.contact,
    t.policy,
)
PORTION = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """One message that somebody would have got."""

    when: int
    contact: str
    channel: str
    letter: object


class Recorder:
    """A channel that only remembers."""

    def __init__(self):
        self.told = []
        self.now = 0

    def send(self, contact, letter):
        self.told.append(Told(self.now, contact.name, contact.channel, letter))


def simulate(engine, since, until, policy=None):
    """``[Told]``, in order, of [since, until).

    *policy* is ``{"contacts": [...], "policies": [...]}`` instead of what the
    database has.  Rules are worked out anew; those over metrics or sources,
    and alarms, are taken from the change log.

    :raises WrongSettings: The policy or the time cannot be used.
    """
    if not since < until <= since + LONGEST:
        raise WrongSettings("A simulation is of more than nothing and at most 31 days.")
    with scratch() as copy, engine.connect() as source:
        copy_settings(source, copy, since, policy)
        changes = read_changes(source, copy, since, until)
        return replay(copy, changes, since, until)


@contextmanager
def scratch():
    with TemporaryDirectory(prefix="hoard-simulation-") as folder:
        engine = open_engine(Path(folder) / "copy.db")
        try:
            ensure_schema(engine)
            yield engine
        finally:
            engine.dispose()


# --- Copying -----------------------------------------------------------------


def copy_settings(source, copy, since, policy):
    with copy.begin() as target:
        meta.next_seq(target)
        for table in COPIED:
            if policy is None or table not in (t.contact, t.policy):
                copy_table(source, target, table)
        if policy is not None:
            save_roster(target, policy)
        complaints = load_roster(target).complaints
        if complaints:
            raise WrongSettings(complaints[0])
        for row in target.execute(select(t.rule.c.id, t.rule.c.expression)).all():
            if needs_samples(row.expression):
                target.execute(delete(t.rule).where(t.rule.c.id == row.id))
        copy_standings(source, target, since)


def copy_table(source, target, table):
    rows = [dict(row) for row in source.execute(select(table)).mappings()]
    for start in range(0, len(rows), PORTION):
        target.execute(insert(table), rows[start : start + PORTION])


def needs_samples(text):
    try:
        return any(
            isinstance(x, Sources | Statistic) for x in parse_rule(text).leaves()
        )
    except MonitoringError:
        return False


def recomputed(target):
    return set(target.scalars(select(t.rule.c.check_id)))


def copy_standings(source, target, since):
    """How each check stood at the beginning."""
    c = t.interval.c
    query = select(c.check_id, c.since, c.status, c.code, c.reason).where(
        c.since < since, or_(c.until.is_(None), c.until > since)
    )
    own = recomputed(target)
    rows = [
        {**row, "until": None, "expires": None}
        for row in source.execute(query).mappings()
        if row["check_id"] not in own
    ]
    for start in range(0, len(rows), PORTION):
        target.execute(insert(t.interval), rows[start : start + PORTION])


def read_changes(source, copy, since, until):
    """All `Change`s of the time, in order, but those of rules worked out anew."""
    with copy.begin() as target:
        own = recomputed(target)
        c = t.interval.c
        query = select(c.check_id, c.status).where(c.until.is_(None))
        previous = dict(target.execute(query).all())
    query = (
        select(c.check_id, c.since, c.status, c.code, c.reason)
        .where(c.since >= since, c.since < until)
        .order_by(c.since, c.check_id)
    )
    changes = []
    for row in source.execute(query):
        if row.check_id in own:
            continue
        before = previous.get(row.check_id)
        previous[row.check_id] = row.status
        changes.append(
            Change(
                row.check_id,
                row.since,
                None,
                STATUSES[row.status],
                row.code,
                row.reason or "",
                None if before is None else STATUSES[before],
            )
        )
    return changes


# --- Replaying ---------------------------------------------------------------


def replay(copy, changes, since, until):
    recorder = Recorder()
    judge = Judge(copy)
    silent = Teller(copy, {}, roster=Roster())
    # What was wrong before is known already: nobody is told of it.
    silent.tell(judge.start(since), since)
    teller = Teller(copy, dict.fromkeys(CHANNELS, recorder))
    batches = {when: list(rows) for when, rows in groupby(changes, lambda x: x.since)}
    moments = sorted({*batches, *range(since, until + 1, STEP)})
    for now in moments:
        recorder.now = now
        notices = judge.on_changes(batches.get(now, ()), now) + judge.tick(now)
        teller.tell(notices, now)
        due = teller.next_due()
        if due is not None and due <= now:
            teller.flush(now)
    return recorder.told
