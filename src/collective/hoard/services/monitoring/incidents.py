"""``@hoard-incidents``: what went wrong; notes and acknowledgements."""

from ...watch import rights
from ...watch import times
from ...watch.reading import incidents
from ...watch.writing import acts
from ..asked import Refused
from .base import iso
from .base import MonitoringService
from collective.hoard import _


GONE = _("There is no such incident.")
SHAPE = _(
    'The body must be an object with "note", a text, or "acknowledge", an object with '
    '"text" and, if it is to end by itself, "hours".'
)


class Get(MonitoringService):
    """A page, open ones first (``?open=1``: only those), or one of them."""

    takes_path = True

    def work(self):
        with self.reading() as connection:
            if self._path:
                return self.shown(find(self, connection))
            found, total, page, pages = incidents.page(
                connection,
                self.now,
                self.whole("page", 1, 1_000_000),
                self.flag("open"),
            )
            return {
                "@id": self.url("incidents"),
                "items": [self.shown(one) for one in found],
                "items_total": total,
                "page": page,
                "pages": pages,
            }

    def shown(self, one):
        return shown(self, one)


class Post(MonitoringService):
    """``@hoard-incidents/NUMBER``: a note, or who takes care."""

    needs, writes, takes_path = rights.ACKNOWLEDGE, True, True

    def work(self):
        data = self.body(100_000)
        with self.reading() as connection:
            one = find(self, connection)
        author = rights.user_name()
        if set(data) == {"note"} and isinstance(data["note"], str):
            acts.add_note(one.id, author, data["note"])
        elif set(data) == {"acknowledge"} and one.check_id:
            text, until = care(data["acknowledge"])
            acts.acknowledge(one.check_id, author, text, until)
        else:
            raise Refused(400, "BadRequest", SHAPE)
        with self.reading() as connection:
            return shown(self, find(self, connection))


def care(given):
    """``(text, until)``

    :raises Refused: 400.
    """
    good = isinstance(given, dict) and not set(given) - {"text", "hours"}
    text, hours = (given.get("text", ""), given.get("hours")) if good else (None, None)
    fits = hours is None or (type(hours) is int and 0 < hours <= 24 * 365)
    if not isinstance(text, str) or not fits:
        raise Refused(400, "BadRequest", SHAPE)
    return text, times.now() + hours * 3600 if hours else None


def find(service, connection):
    """:raises Refused: 404."""
    try:
        found = incidents.find(connection, service.number(), service.now)
    except Refused:
        found = None
    if found is None:
        raise Refused(404, "NotFound", GONE)
    return found


def shown(service, one):
    return {
        "@id": service.url("incidents", one.id),
        "id": one.id,
        "title": one.title,
        "check": one.check_id,
        "status": one.status,
        "since": iso(one.since),
        "until": iso(one.until),
        "public": one.public,
        "care": {"author": one.care[0], "text": one.care[1], "until": iso(one.care[2])}
        if one.care
        else None,
        "notes": [
            {"time": iso(note.time), "author": note.author, "text": note.text}
            for note in one.notes
        ],
    }
