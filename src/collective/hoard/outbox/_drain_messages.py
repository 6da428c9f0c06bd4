"""A batch of messages, oldest first: one after the other, or some at once."""

from ._messages import as_message
from ._messages import has
from ._messages import read_messages
from ._messages import take
from ._parked import park_message
from ._state import noted
from ._state import succeeded
from ._state import words
from ._storage import find_target
from .interfaces import IBatchTarget
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
#: So many at once go to a target that can take several.
AT_ONCE = 100


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
        while messages:
            if self._terms.stop() or monotonic() > ends:
                return
            count = self._how_many(target, messages)
            now, messages = messages[:count], messages[count:]
            if count == 1:
                self._deliver(target, root, *now[0])
            else:
                self._deliver_many(target, root, now)
            # Whatever the target read or changed here is over.
            self._session.abort()
            if self._failed and not self._worth_another():
                return

    def _how_many(self, target, messages):
        """How many of *messages* are delivered at once. What has failed, and what
        tells whether that was the target's fault, goes alone."""
        if self._failed or not IBatchTarget.providedBy(target):
            return 1
        several = messages[:AT_ONCE]
        failed = (n for n, (_, message) in enumerate(several) if message.attempts)
        return max(next(failed, len(several)), 1)

    def _deliver_many(self, target, root, messages):
        try:
            answers = target.deliver_many(root, [message for _, message in messages])
        except TargetDown as error:
            self._note(*messages[0], error)
            return
        except Exception as error:  # Perhaps a fault with one: that one shall tell.
            if not isinstance(error, Refused):
                logger.exception("outbox: %s failed", self._name)
            for key, message in messages:
                self._deliver(target, root, key, message)
                if self._failed:
                    return
            return
        for (key, message), error in zip(messages, answers, strict=True):
            # Of several that did not get through, the oldest is tried first.
            if not (self._failed and isinstance(error, TargetDown)):
                self._note(key, message, error)

    def _deliver(self, target, root, key, message):
        try:
            target.deliver(root, message)
        except (Refused, TargetDown) as error:
            self._note(key, message, error)
        except Exception as error:  # A fault of the target, perhaps with this one.
            logger.exception("outbox: %s failed with %s", self._name, message.id)
            text = f"{type(error).__name__}: {words(error)}"
            self._failed.append((key, text, message.attempts + 1))
        else:
            self._note(key, message, None)

    def _note(self, key, message, error):
        if error is None:
            self._taken.append(key)
        elif isinstance(error, Refused):
            self._refused.append((key, words(error)))
        else:
            self._failed.append((key, words(error), message.attempts + 1))

    def _worth_another(self):
        """After one failure: when that message has failed often already, the next
        one tells whether it is the message or the target."""
        return len(self._failed) == 1 and self._failed[0][2] >= PATIENCE

    def _failed_alone(self):
        """One message failed again and again, and a later one went through."""
        key, _, attempts = self._failed[0]
        again = len(self._failed) == 1 and attempts >= PATIENCE
        return again and any(taken > key for taken in self._taken)

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
