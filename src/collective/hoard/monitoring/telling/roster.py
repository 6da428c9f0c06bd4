"""Contacts and policies as the database has them."""

from ..database import tables as t
from ..interfaces import MonitoringError
from ..interfaces import STATUSES
from .policies import make_contact
from .policies import make_policy
from dataclasses import dataclass
from dataclasses import field
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


@dataclass
class Roster:
    #: {id: Contact}
    contacts: dict = field(default_factory=dict)
    policies: list = field(default_factory=list)
    #: Why some cannot be used.
    complaints: list = field(default_factory=list)

    def named(self, name):
        return next((c for c in self.contacts.values() if c.name == name), None)

    def recipients(self, notice):
        """``[(policy, [contacts of its first step])]`` for a notice."""
        return [
            (policy, self.of_step(policy, 0))
            for policy in self.policies
            if policy.wants(notice)
        ]

    def of_step(self, policy, number):
        step = policy.steps[number]
        return [c for c in map(self.named, step.contacts) if c is not None]


def load_roster(connection):
    """A `Roster`; what is wrong is left out and complained about."""
    roster = Roster()
    for row in connection.execute(select(t.contact).where(t.contact.c.enabled)):
        columns = ("id", "name", "channel", "address", "zone", "quiet", "settings")
        data = {key: getattr(row, key) for key in columns}
        keep(roster, lambda data=data: add_contact(roster, data))
    names = {c.name for c in roster.contacts.values()}
    for row in connection.execute(select(t.policy).where(t.policy.c.enabled)):
        data = {
            **(row.settings or {}),
            "id": row.id,
            "name": row.name,
            "selector": row.selector,
            "severity": STATUSES[row.severity],
        }
        keep(roster, lambda data=data: roster.policies.append(make_policy(data, names)))
    return roster


def keep(roster, action):
    try:
        action()
    except MonitoringError as error:
        roster.complaints.append(str(error))


def add_contact(roster, data):
    contact = make_contact(data)
    roster.contacts[contact.id] = contact


def save_roster(connection, data):
    """Write ``{"contacts": [...], "policies": [...]}``; those of a name are replaced.

    :raises WrongSettings: Something cannot be used; nothing is written.
    """
    contacts = [make_contact(entry) for entry in data.get("contacts") or ()]
    names = {c.name for c in contacts}
    names |= set(
        connection.scalars(select(t.contact.c.name).where(t.contact.c.enabled))
    )
    for entry in data.get("policies") or ():
        make_policy(entry, names)
    for entry in data.get("contacts") or ():
        columns = {key: entry.get(key) for key in ("zone", "quiet", "settings")}
        columns |= {"channel": entry["channel"], "address": entry["address"]}
        put(connection, t.contact, entry["name"], {**columns, "enabled": True})
    for entry in data.get("policies") or ():
        settings = {**entry}
        columns = {
            "selector": settings.pop("selector", None),
            "severity": STATUSES.index(settings.pop("severity", "warn")),
        }
        name = settings.pop("name")
        columns |= {"settings": settings, "enabled": True}
        put(connection, t.policy, name, columns)


def put(connection, table, name, columns):
    query = update(table).where(table.c.name == name).values(**columns)
    if not connection.execute(query).rowcount:
        connection.execute(insert(table).values(name=name, **columns))
