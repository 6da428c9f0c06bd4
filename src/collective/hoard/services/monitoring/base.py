"""What the services of monitoring have in common."""

from ...monitoring.foreign import storable
from ...watch import times
from ...watch.engines import reading
from ...watch.interfaces import NotConfigured
from ...watch.interfaces import Refused as NotDone
from ...watch.rights import demand
from ...watch.rights import VIEW
from ...watch.trouble import TROUBLES
from ...watch.trouble import words
from ..asked import guard
from ..asked import HoardService
from ..asked import read_object
from ..asked import Refused
from collective.hoard import _
from contextlib import contextmanager
from zope.i18nmessageid import Message
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


MOST_BYTES = 2_000_000
NOT_DONE = _("Nothing was stored.")
GONE = _("There is no such check.")
NOTHING = _("There is nothing at this address.")
ONCE = _("${name} may be given only once.")
NO_WHOLE = _("${name} must be a whole number, 1 or more.")
NO_CHOICE = _("${name} must be one of: ${words}.")
NO_TIME = _("Give a time as 2026-11-22T08:30+01:00, a date, or UTC seconds.")


@implementer(IPublishTraverse)
class MonitoringService(HoardService):
    """Subclasses write `work`, and say with `needs` who may ask.

    What follows the service in the address is in ``_path``.
    """

    needs = VIEW
    writes = False
    #: Whether something may follow the service in the address.
    takes_path = False

    def __init__(self, context, request):
        super().__init__(context, request)
        self._path = []

    def publishTraverse(self, request, name):
        self._path.append(name)
        return self

    def answer(self):
        demand(self.needs)
        if self.writes:
            guard(self.request)
        if self._path and not self.takes_path:
            raise Refused(404, "NotFound", NOTHING)
        try:
            return self.work()
        except NotDone as error:
            problems = [(str(place), text) for place, text in error.problems]
            raise Refused(422, "Invalid", NOT_DONE, problems) from error
        except TROUBLES as error:
            kind = type(error).__name__
            status = 404 if isinstance(error, NotConfigured) else 503
            raise Refused(status, kind, words(error)) from error

    @contextmanager
    def reading(self):
        """A connection, and the time in UTC seconds in ``self.now``."""
        with reading() as connection:
            self.now = times.now()
            yield connection

    def body(self, limit=MOST_BYTES):
        return read_object(self.request, limit)

    def url(self, name, below=""):
        tail = f"/{below}" if below else ""
        return f"{self.context.absolute_url()}/@hoard-{name}{tail}"

    def text(self, message):
        return super().text(message) if isinstance(message, Message) else str(message)

    def number(self):
        """The number in the address.

        :raises Refused: 404, it is none.
        """
        text = self._path[0] if len(self._path) == 1 else ""
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Refused(404, "NotFound", GONE)
        return int(text)

    def given(self, name):
        """What stands in the address; empty where it is not there.

        :raises Refused: 400, it is there more than once.
        """
        value = self.request.form.get(name, "")
        if not isinstance(value, str):
            self.wrong(name, ONCE)
        return storable(value)

    def whole(self, name, default, most):
        """A number from 1; *most* where it is more.

        :raises Refused: 400, it is none.
        """
        text = self.given(name)
        if not text:
            return default
        if not (text.isascii() and text.isdecimal() and int(text[:10])):
            self.wrong(name, NO_WHOLE)
        return most if len(text) > 9 else min(int(text), most)

    def flag(self, name):
        """:raises Refused: 400, it is neither 1 nor 0."""
        return self.choice(name, ("0", "1")) == "1"

    def choice(self, name, words):
        """One of *words*, or empty.

        :raises Refused: 400, it is another.
        """
        text = self.given(name)
        if text and text not in words:
            self.wrong(name, NO_CHOICE, words=", ".join(words))
        return text

    def wrong(self, name, message, **more):
        text = _(message, mapping={"name": name, **more})
        raise Refused(400, "BadRequest", text, [(name, text)])

    def moment(self, name, default):
        """UTC seconds of a parameter; dates begin in the site's zone.

        :raises Refused: 400.
        """
        text = self.given(name).strip().replace(" ", "+")
        if not text:
            return default
        good = text.isascii() and text.isdecimal() and len(text) < 12
        if good and int(text) <= times.LATEST:
            return int(text)
        day = times.read_date(text)
        found = times.start_of(day) if day else times.read_local(text)
        if found is None:
            raise Refused(400, "BadRequest", NO_TIME, [(name, NO_TIME)])
        return found


def iso(seconds):
    return times.iso(seconds) if seconds is not None else None
