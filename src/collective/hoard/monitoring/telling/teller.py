"""`Teller`: from notices to messages that each recipient can stand."""

from . import queue
from .delivery import Delivery
from .intake import Intake
from .pouring import digest
from .pouring import pour
from .roster import load_roster


#: Seconds between two looks at contacts and policies.
RELOAD = 30
#: Seconds for which it is kept who was told what, and between two clean-ups.
KEPT, CLEAN = 400 * 86400, 3600


class Teller:
    """Tells people what `judge.Judge` found.

    `tell` and `flush` are a transaction each, of which nothing is lost when the
    process is killed; only `flush` talks to targets, and may take long: run it
    in a thread.  *channels* is ``{"mail": Channel, ...}``; *link* an address
    with ``{id}`` for a check's page.
    """

    def __init__(self, engine, channels, link="", roster=None):
        self.engine = engine
        self.link = link
        self._roster = roster
        self._fixed = roster is not None
        self._loaded = None
        self._cleaned = 0
        self.delivery = Delivery(engine, channels, link)

    def roster(self, connection, now):
        """Contacts and policies, not older than `RELOAD` seconds."""
        old = self._loaded is None or abs(now - self._loaded) >= RELOAD
        if not self._fixed and (self._roster is None or old):
            self._roster, self._loaded = load_roster(connection), now
        return self._roster

    @property
    def complaints(self):
        """Why contacts and policies cannot be used, in words."""
        return self._roster.complaints if self._roster else []

    def tell(self, notices, now):
        """Queue what is to be told; incidents are opened and closed."""
        notices = list(notices)
        if not notices:
            return
        with self.engine.begin() as connection:
            roster = self.roster(connection, now)
            lines = Intake(connection, roster, now).take(notices)
            pour(connection, roster, lines, now)

    def flush(self, now):
        """Escalate, make digests that are due, send; how many were sent."""
        with self.engine.begin() as connection:
            roster = self.roster(connection, now)
            lines = Intake(connection, roster, now).escalate()
            pour(connection, roster, lines, now)
            digest(connection, roster, now)
            if now - self._cleaned >= CLEAN or now < self._cleaned:
                self._cleaned = now
                queue.forget(connection, now - KEPT)
        return self.delivery.deliver(roster, now)

    def next_due(self):
        """When `flush` has something to do at the earliest; None for never."""
        return self.delivery.next_due()
