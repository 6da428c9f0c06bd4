"""Acknowledgements, notes and maintenance."""

from ...monitoring.control import CONTROL
from ...monitoring.database import tables as t
from ...monitoring.foreign import storable
from ...monitoring.history import meta
from ...monitoring.interfaces import MonitoringError
from ...monitoring.interfaces import UnknownCheck
from ...monitoring.judge import spans
from ...monitoring.judge.meant import fits_something
from ...monitoring.judge.meant import unknown_names
from ...monitoring.judge.parser import parse_selector
from ...monitoring.judge.selectors import EVERYTHING
from ...monitoring.judge.windows import apart
from ...monitoring.judge.windows import checked
from ...monitoring.judge.windows import Maintenance
from ...monitoring.telling import incidents
from ..engines import writing
from ..interfaces import Refused
from ..times import now as clock
from collective.hoard import _
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update


GONE = _("There is no such incident any more.")
NO_CHECK = _("There is no such check any more.")
EMPTY = _("Write what you want to tell the others.")
NO_PUBLIC_TITLE = _("Write a title: it is what everybody reads.")
NAME = _("This is the name of the check, which not everybody may know: write a title.")
NO_TITLE = _("A window needs a title: it is what others read.")
NO_TIMES = _("Give the beginning and the end as 2026-12-31T08:30.")
UNKNOWN = _("There is no check or group like this: ${names}.")
FITS_NONE = _("“${selector}” fits no check, so that nothing would be in maintenance.")
OVER = _("This window is over already.")
LONGEST = 2000


def acknowledge(check_id, author, text="", until=None):
    """Somebody takes care of the check; people are told no more of it.

    :raises Refused: There is no such check.
    """
    with writing() as (_store, connection):
        try:
            incidents.acknowledge(
                connection, check_id, author, clean(text), clock(), until
            )
        except UnknownCheck as error:
            raise Refused([("", NO_CHECK)]) from error


def withdraw(check_id):
    """Nobody takes care any longer."""
    with writing() as (_store, connection):
        incidents.withdraw(connection, [check_id], clock())


def add_note(incident_id, author, text):
    """:raises Refused: The text is empty, or the incident is gone."""
    text = clean(text)
    if not text:
        raise Refused([("text", EMPTY)])
    with writing() as (_store, connection):
        demand_incident(connection, incident_id)
        incidents.add_note(connection, incident_id, author, text, clock())


def publish(incident_id, title):
    """Show an incident with its notes on the public page, with *title* from now on.

    :raises Refused: It is gone, or the title is none that everybody may read.
    """
    title = clean(title)
    with writing() as (_store, connection):
        demand_incident(connection, incident_id)
        if not title:
            raise Refused([("title", NO_PUBLIC_TITLE)])
        i, c = t.incident.c, t.check.c
        name = select(c.name).join(t.incident, i.check_id == c.id)
        if title == connection.scalar(name.where(i.id == incident_id)):
            raise Refused([("title", NAME)])
        query = update(t.incident).where(i.id == incident_id)
        connection.execute(query.values(public=True, title=title))


def hide(incident_id):
    """Show it no longer. :raises Refused: It is gone."""
    with writing() as (_store, connection):
        demand_incident(connection, incident_id)
        query = update(t.incident).where(t.incident.c.id == incident_id)
        connection.execute(query.values(public=False))


def demand_incident(connection, incident_id):
    query = select(t.incident.c.id).where(t.incident.c.id == incident_id)
    if connection.scalar(query) is None:
        raise Refused([("", GONE)])


def clean(text):
    return storable(text or "").strip()[:LONGEST]


def add_window(title, since, until, author, selector="*", recurrence="", zone="UTC"):
    """A maintenance window; its number. Times are UTC seconds or None.

    :raises Refused: It cannot be worked out; the message says why.
    """
    title = CONTROL.sub(" ", clean(title))
    if not title:
        raise Refused([("title", NO_TITLE)])
    if since is None or until is None:
        raise Refused([("since", NO_TIMES)])
    recurrence, selector = clean(recurrence), clean(selector) or "*"
    values = {"since": since, "until": until, "zone": zone, "selector": selector}
    try:
        meant = parse_selector(selector)
        apart(checked(Maintenance(0, title, since, until, recurrence, zone, selector)))
    except MonitoringError as error:
        raise Refused([("selector", str(error))]) from error
    with writing() as (_store, connection):
        demand_meant(connection, meant)
        made = connection.execute(
            insert(t.maintenance).values(
                title=title,
                recurrence=recurrence or None,
                author=author,
                created=clock(),
                **values,
            )
        )
        number = made.inserted_primary_key[0]
        window = Maintenance(number, title, since, until, recurrence, zone, selector)
        spans.write(connection, window, clock())
        meta.bump_generation(connection)
    return number


def demand_meant(connection, selector):
    """:raises Refused: It names what there is not, or fits no check at all."""
    missing = unknown_names(connection, selector)
    if missing:
        names = {"names": ", ".join(missing)[:500]}
        raise Refused([("selector", _(UNKNOWN, mapping=names))])
    if selector != EVERYTHING and not fits_something(connection, selector):
        text = {"selector": str(selector)[:500]}
        raise Refused([("selector", _(FITS_NONE, mapping=text))])


def end_window(number):
    """:raises Refused: It is over already, or was never there."""
    with writing() as (_store, connection):
        if not spans.end(connection, number, clock()):
            raise Refused([("", OVER)])
        meta.bump_generation(connection)
