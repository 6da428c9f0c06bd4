"""What the services of monitoring have in common."""

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
NO_TIME = _("Give a time as 2026-11-22T08:30+01:00, a date, or UTC seconds.")


@implementer(IPublishTraverse)
class MonitoringService(HoardService):
    """Subclasses write `work`, and say with `needs` who may ask.

    What follows the service in the address is in ``_path``.
    """

    needs = VIEW
    writes = False

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

    def given(self, name, default=""):
        value = self.request.form.get(name, default)
        return value if isinstance(value, str) else default

    def whole(self, name, default, most):
        text = self.given(name)
        good = text.isascii() and text.isdecimal() and len(text) < 10
        return min(max(int(text), 1), most) if good else default

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
