"""A monitoring database with checks that stand as a test says."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database import tables_judge as tj
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import ensure_schema
from collective.hoard.monitoring.interfaces import Change
from collective.hoard.monitoring.interfaces import STATUSES
from collective.hoard.monitoring.judge import Judge
from collective.hoard.monitoring.telling import Teller
from collective.hoard.monitoring.telling.roster import save_roster
from functools import cache
from pathlib import Path
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from tempfile import mkdtemp
import atexit
import shutil


#: Monday, 2026-06-01, 08:00 UTC.
MONDAY = 1780300800


class Recorder:
    """A channel that keeps its letters, and is down when told so."""

    def __init__(self):
        self.letters = []
        self.error = None

    def send(self, contact, letter):
        if self.error:
            raise self.error
        self.letters.append((contact.name, letter))

    def to(self, name):
        return [letter for contact, letter in self.letters if contact == name]


@cache
def empty_database():
    """The path of a database with all tables, to be copied."""
    folder = Path(mkdtemp(prefix="hoard-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    engine = open_engine(folder / "empty.db")
    ensure_schema(engine)
    engine.dispose()
    return folder / "empty.db"


class World:
    """Checks in a database, a judge, a teller with a `Recorder`."""

    def __init__(self, path, now=MONDAY, **judge):
        self.now = now
        self.url = str(path)
        if "://" not in self.url:
            shutil.copy(empty_database(), path)
        self.engine = open_engine(self.url)
        ensure_schema(self.engine)
        self.ids, self.statuses = {}, {}
        self.options = judge
        self.judge = None
        self.recorder = Recorder()
        channels = dict.fromkeys(("mail", "webhook", "amqp", "mqtt"), self.recorder)
        self.teller = Teller(self.engine, channels)

    def write(self, table, **values):
        with self.engine.begin() as connection:
            made = connection.execute(insert(table).values(**values))
            return made.inserted_primary_key[0]

    def rows(self, table):
        with self.engine.begin() as connection:
            return connection.execute(select(table)).all()

    def checks(
        self, *names, group=None, tag=None, slot=60, status="ok", kind="passive"
    ):
        """Make checks that stand as *status* since an hour."""
        with self.engine.begin() as connection:
            for name in names:
                columns = {"name": name, "kind": kind}
                made = connection.execute(insert(t.check).values(**columns))
                number = self.ids[name] = made.inserted_primary_key[0]
                self.statuses[number] = status
                regime = {"since": 0, "slot": slot, "fresh": 2 * slot}
                connection.execute(insert(t.regime).values(check_id=number, **regime))
                row = {"since": self.now - 3600, "status": STATUSES.index(status)}
                connection.execute(insert(t.interval).values(check_id=number, **row))
                if group:
                    member = {"group_id": self.group(connection, group)}
                    connection.execute(
                        insert(t.group_member).values(check_id=number, **member)
                    )
                if tag:
                    connection.execute(insert(t.tag).values(check_id=number, name=tag))

    def group(self, connection, name):
        query = select(t.group.c.id).where(t.group.c.name == name)
        found = connection.scalar(query)
        if found is None:
            made = connection.execute(insert(t.group).values(name=name))
            found = made.inserted_primary_key[0]
        return found

    def rule(self, name, expression, **columns):
        number = self.write(t.check, name=f"rule:{name}", kind="rule")
        self.ids[name] = number
        columns = {"name": name, "expression": expression, **columns}
        self.write(t.rule, check_id=number, **columns)

    def depends(self, child, parent, redundancy=None):
        self.write(
            t.dependency,
            check_id=self.ids[child],
            on_check_id=self.ids[parent],
            redundancy=redundancy,
        )

    def roster(self, *policies, contacts=("anna",), **settings):
        people = [
            {
                "name": name,
                "channel": "mail",
                "address": f"{name}@example.org",
                **settings,
            }
            for name in contacts
        ]
        policies = policies or [{"name": "all", "contacts": list(contacts)}]
        self.teller._loaded = None
        with self.engine.begin() as connection:
            connection.execute(delete(t.policy))
            save_roster(connection, {"contacts": people, "policies": list(policies)})

    # --- Time goes on

    def start(self):
        self.judge = Judge(self.engine, **self.options)
        notices = self.judge.start(self.now)
        self.teller.tell(notices, self.now)
        return notices

    def change(self, **statuses):
        """Checks become something; the notices, which are told, too."""
        changes = [self.changed(name, status) for name, status in statuses.items()]
        notices = self.judge.on_changes(changes, self.now)
        self.teller.tell(notices, self.now)
        return notices

    def changed(self, name, status, reason=""):
        number = self.ids[name]
        previous, self.statuses[number] = self.statuses.get(number), status
        with self.engine.begin() as connection:
            c = t.interval.c
            connection.execute(
                delete(t.interval).where(c.check_id == number, c.since >= self.now)
            )
            connection.execute(
                update(t.interval)
                .where(c.check_id == number, c.until.is_(None))
                .values(until=self.now)
            )
            row = {"since": self.now, "status": STATUSES.index(status)}
            connection.execute(
                insert(t.interval).values(check_id=number, reason=reason, **row)
            )
        return Change(number, self.now, None, status, None, reason, previous)

    def wait(self, seconds, step=60):
        """Let time go by, ticking and flushing; the notices."""
        notices, end = [], self.now + seconds
        while self.now < end:
            self.now = min(self.now + step, end)
            found = self.judge.tick(self.now)
            self.teller.tell(found, self.now)
            self.teller.flush(self.now)
            notices += found
        return notices

    def flush(self):
        return self.teller.flush(self.now)

    def log(self, name):
        """``[(since, status)]`` of the change log."""
        rows = [r for r in self.rows(t.interval) if r.check_id == self.ids[name]]
        rows.sort(key=lambda row: row.since)
        return [(row.since, STATUSES[row.status]) for row in rows]


def kinds(notices):
    return [(n.kind, n.name, n.status) for n in notices]


__all__ = ["kinds", "MONDAY", "Recorder", "tj", "World"]
