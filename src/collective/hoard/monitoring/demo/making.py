"""Fill the demo's database, once; later starts only say where the ports are."""

from ..database import tables as t
from ..database.engine import open_engine
from ..database.schema import migrate
from ..history import meta
from ..history.importing import import_lines
from ..history.store import Store
from ..judge.past import work_out
from ..telling.entries import write
from ..telling.incidents import add_note
from .checks import DAY
from .checks import demo_checks
from .checks import EXPIRED
from .checks import FRESH
from .checks import GRACE
from .checks import GROUPS
from .checks import HERE
from .checks import HOUR
from .checks import INTERVAL
from .checks import PAST_FRESH
from .checks import PAST_SLOT
from .checks import PUBLIC
from .checks import SITE
from .checks import SLOT
from .checks import TARGETS
from .checks import VITALS
from .past import DAYS
from .past import lines
from dataclasses import dataclass
from dataclasses import field
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


#: What is filled in by the poller alone.
LIVE = "local"
AUTHOR = "editor"


@dataclass(frozen=True)
class Ports:
    """Where the parts of the demo listen on this machine."""

    site: int
    targets: int
    expired: int
    poller: int

    def of(self, name):
        """The port that a check of the demo names."""
        known = {SITE: self.site, TARGETS: self.targets, EXPIRED: self.expired}
        return known.get(name, name)


@dataclass
class Made:
    checks: int = 0
    results: int = 0
    refused: list = field(default_factory=list)


def make(url, ports, now, vitals=()):
    """Make the database at *url*, with thirty days before *now*; a `Made`.

    What is there is kept: then only the ports of the checks are brought up to
    date. *vitals*: parameters of the check of the site's own numbers, if any.
    """
    engine = open_engine(url)
    migrate(engine)
    try:
        if is_made(engine):
            move(engine, ports, vitals, now)
            return Made()
        return fill(engine, ports, int(now), vitals)
    finally:
        engine.dispose()


def is_made(engine):
    with engine.connect() as connection:
        return connection.scalar(select(t.rule.c.id).limit(1)) is not None


def fill(engine, ports, now, vitals):
    store = Store(engine, clock=lambda: now)
    store.ensure_source(LIVE, "local")
    checks = demo_checks()
    for check in checks:
        add_check(store, check, ports, now)
    found = import_lines(store, lines(checks, now))
    if vitals:
        add_vitals(store, ports, now, vitals)
    for check in checks:
        slot, fresh = (SLOT, FRESH) if check.kind != "passive" else (600, 900)
        store.set_rules(check.name, now, slot, fresh)
    with engine.begin() as connection:
        write(connection, settings(checks, now) | people(ports), now)
        work_out(connection, now)
        add_incidents(connection, now)
    while store.housekeep(now, 1):
        pass
    return Made(len(checks), found.stored, found.refused)


def add_check(store, check, ports, now):
    columns = {"timeout": 5.0, "interval": INTERVAL, "grace": GRACE}
    if check.kind == "passive":
        columns = {"grace": GRACE}
    else:
        columns |= {"address": HERE, "port": ports.of(check.port)}
    since = now - DAYS * DAY
    store.ensure_check(
        check.name, PAST_SLOT, PAST_FRESH, check.kind,
        title=check.title or None, host=check.host or None, params=check.params,
        created=since, monitored_since=since, **columns,
    )  # fmt: skip


def add_vitals(store, ports, now, params):
    columns = {"address": HERE, "port": ports.site, "interval": INTERVAL}
    store.ensure_check(
        VITALS, SLOT, FRESH, "http", title="Numbers of this site", params=params,
        timeout=20.0, grace=30, created=now, monitored_since=now, **columns,
    )  # fmt: skip


def move(engine, ports, vitals, now):
    """Let the checks go where the parts of the demo listen today."""
    with engine.begin() as connection:
        meta.next_seq(connection)
        for check in demo_checks():
            if isinstance(check.port, str) and check.kind != "passive":
                set_columns(connection, check.name, port=ports.of(check.port))
        if vitals:
            set_columns(connection, VITALS, port=ports.site, params=vitals)
        write(connection, {"contact": people(ports)["contact"]}, int(now))
        meta.bump_generation(connection)


def set_columns(connection, name, **columns):
    own = t.check.c.name == name
    connection.execute(update(t.check).where(own).values(**columns))


def people(ports):
    """Who is told, and of what; nobody but the demo's own targets hears it."""
    return {
        "contact": [
            {"name": "duty phone", "channel": "webhook",
             "address": f"http://{HERE}:{ports.targets}/duty"},
            {"name": "shop team", "channel": "webhook", "zone": "Europe/Berlin",
             "address": f"http://{HERE}:{ports.targets}/shop",
             "quiet": [{"from": "20:00", "to": "07:00"}],
             "settings": {"through": ["crit"]}},
        ],
        "policy": [
            {"name": "everything that is down", "severity": "crit",
             "contacts": ["duty phone"], "repeat": 240},
            {"name": "the shop", "selector": "group:shop or rule:shop",
             "severity": "warn", "contacts": ["shop team"],
             "steps": [{"after": 15, "contacts": ["duty phone"]}]},
        ],
    }  # fmt: skip


def settings(checks, now):
    """Groups, dependencies, maintenance, rules, an alarm; see `judge.editing`."""
    groups = [
        {"name": name, "title": title, "public": name in PUBLIC,
         "checks": [one.name for one in checks if one.group == name]}
        for name, title in GROUPS.items()
    ]  # fmt: skip
    night = (now // DAY + 1) * DAY + 2 * HOUR
    return {
        "group": groups,
        "dependency": [
            {"check": "basket.shop.example.org", "on": "payment.shop.example.org"},
            {"check": "api.library.example.org", "on": "catalogue.library.example.org"},
        ],
        "maintenance": [
            {"title": "New disks for the files", "selector": "files.intranet.example.org",
             "since": now - 9 * DAY, "until": now - 9 * DAY + 2 * HOUR,
             "author": AUTHOR},
            {"title": "Updates of every week", "selector": "group:intranet",
             "since": night, "until": night + HOUR, "recurrence": "FREQ=WEEKLY",
             "author": AUTHOR},
            {"title": "The radio rebuilds its server", "until": now + 3 * HOUR,
             "selector": "radio.partners.example.org", "since": now - HOUR,
             "author": AUTHOR},
        ],
        "rule": [
            {"name": "library", "title": "The library can be used",
             "expression": 'up(group:library) >= 80 % and "www.library.example.org"',
             "warning": "up(group:library) == 100 %", "unknown": "excluded"},
            {"name": "shop", "title": "People can buy",
             "expression": "up(group:shop) >= 80 %", "unknown": "excluded"},
            {"name": "shop is quick", "title": "The shop answers in time",
             "expression": "avg(ms @ group:shop, 10 min) < 1500",
             "severity": "warn", "unknown": "excluded"},
            {"name": "bad ones", "title": "Half of the bad ones are up",
             "expression": "up(group:bad) >= 50 %", "severity": "warn",
             "unknown": "excluded"},
        ],
        "alarm": [
            {"name": "cellar too warm", "check": "cellar", "metric": "temperature",
             "statistic": "avg", "period": 600, "comparison": ">", "threshold": 18,
             "clear": 16, "n": 3, "m": 2},
        ],
    }  # fmt: skip


#: (check, days ago, hours, public, notes: (hours later, text))
INCIDENTS = (
    ("catalogue.library.example.org", "The catalogue could not be searched",
     21.4, 3.5, True,
     ((0.4, "The database of the catalogue is full. We make room."),
      (3.4, "Room was made; the old tables go to the archive every night now."))),
    ("museum.partners.example.org", "The museum could not be found", 18.0, 31.0, True,
     ((2.0, "The museum moved to another provider and forgot its name server."),)),
    ("payment.shop.example.org", "Nobody could pay", 3.6, 0.4, True,
     ((0.3, "A deployment went wrong and was rolled back."),)),
    ("wiki.intranet.example.org", "", 1.2, 0.5, False,
     ((0.4, "The wiki was restarted."),)),
)  # fmt: skip


def add_incidents(connection, now):
    numbers = dict(connection.execute(select(t.check.c.name, t.check.c.id)).all())
    for name, title, days, hours, public, notes in INCIDENTS:
        since = int(now - days * DAY)
        made = connection.execute(
            insert(t.incident).values(
                title=title or name,
                check_id=numbers[name],
                since=since,
                until=int(since + hours * HOUR),
                severity=2,
                public=public,
                state="closed",
                key=f"check:{numbers[name]}",
            )
        )
        for later, text in notes:
            when = int(since + later * HOUR)
            add_note(connection, made.inserted_primary_key[0], AUTHOR, text, when)
