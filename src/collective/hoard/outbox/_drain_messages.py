"""A batch of messages, one after the other, oldest first."""

from ._messages import as_message
from ._messages import has
from ._messages import read_messages
from ._messages import take
from ._parked import park_message
from ._state import noted
from ._state import succeeded
from ._state import words
from ._storage import find_target
from .interfaces import Refused
from .interfaces import TargetDown
from time import monotonic
import logging


logger = logging.getLogger(__name__)

#: A message that failed so often is not waited for: the next one is tried, too.
PATIENCE = 3
#: What was delivered within this many seconds is removed together, and would be
#: delivered again if the process were killed meanwhile.
TOGETHER = 1.0


class MessageRun:
    """``sent`` and ``parked`` count what is stored as such."""

    def __init__(self, session, name, terms):
        self._session = session
        self._name = name
        self._terms = terms
        self._taken = []
        self._refused = []
        self._failed = []
        self.sent = 0
        self.parked = 0

    def run(self, target, root):
        """
        :raises TargetDown: what went through before it is settled.
        """
        try:
            self._deliver_all(target, root, self._read())
            if self._failed and not self._failed_alone():
                raise TargetDown(self._failed[0][1])
        finally:
            self._settle()

    def _read(self):
        with self._session.reading() as root:
            stored = find_target(root, self._name)
            failed = stored["failed"]
            return [
                (key, as_message(self._name, message, failed.get(key, 0)))
                for key, message in read_messages(stored, self._terms.batch)
            ]

    def _deliver_all(self, target, root, messages):
        ends = monotonic() + TOGETHER
        for key, message in messages:
            if self._terms.stop() or monotonic() > ends:
                return
            self._deliver(target, root, key, message)
            # Whatever the target read or changed here is over.
            self._session.abort()
            if self._failed and not self._worth_another():
                return

    def _deliver(self, target, root, key, message):
        try:
            target.deliver(root, message)
        except Refused as error:
            self._refused.append((key, words(error)))
        except TargetDown as error:
            self._failed.append((key, words(error), message.attempts + 1))
        except Exception as error:  # A fault of the target, perhaps with this one.
            logger.exception("outbox: %s failed with %s", self._name, message.id)
            text = f"{type(error).__name__}: {words(error)}"
            self._failed.append((key, text, message.attempts + 1))
        else:
            self._taken.append(key)

    def _worth_another(self):
        """After one failure: when that message has failed often already, the next
        one tells whether it is the message or the target."""
        return len(self._failed) == 1 and self._failed[0][2] >= PATIENCE

    def _failed_alone(self):
        """One message failed again and again, and a later one went through."""
        key = self._failed[0][0]
        return len(self._failed) == 1 and any(taken > key for taken in self._taken)

    def _settle(self):
        if self._taken or self._refused or self._failed:
            self.sent, self.parked = self._session.write(self._store)

    def _store(self, root):
        stored = find_target(root, self._name)
        for key in self._taken:
            take(stored, key)
        if self._taken:
            succeeded(stored, len(self._taken))
        bad = list(self._refused)
        for key, error, attempts in self._failed:
            if self._failed_alone():
                bad.append((key, error))
            elif has(stored, key):  # Else another drainer delivered it.
                stored["failed"][key] = attempts
        for key, error in bad:
            park_message(stored, key, error)
            noted(stored, error)
        return len(self._taken), len(bad)
