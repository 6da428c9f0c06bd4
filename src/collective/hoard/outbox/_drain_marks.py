"""A batch of marks: one snapshot, one call, and the removal of what is unchanged."""

from ._marks import read_marks
from ._marks import settle
from ._parked import forget_parked
from ._parked import park_mark
from ._state import noted
from ._state import succeeded
from ._state import words
from ._storage import find_target
from .interfaces import ICollectingTarget
from .interfaces import Refused
from .interfaces import TargetDown
from transaction.interfaces import TransientError
import logging


logger = logging.getLogger(__name__)

#: When so many rows make the target fail, and none goes through, it is the target.
DOUBTFUL = 10


class MarkRun:
    """``sent`` and ``parked`` count what is stored as such."""

    def __init__(self, session, name, terms):
        self._session = session
        self._name = name
        self._limit = terms.batch
        self._taken = []
        self._offenders = []
        self._doubtful = []
        self._through = 0
        self.sent = 0
        self.parked = 0

    def run(self, target, root):
        """
        :raises TargetDown: what went through before it is settled.
        """
        with self._session.reading() as now:
            marks = read_marks(find_target(now, self._name), self._limit)
        try:
            if marks:
                self._apply(target, marks)
            self._judge_doubtful()
        finally:
            self._settle()

    def _apply(self, target, marks):
        try:
            settled = self._call(target, marks)
        except (TargetDown, TransientError):
            raise
        except Refused as error:
            self._isolate(target, marks, error)
        except Exception as error:  # A fault of the target, perhaps with one row.
            logger.exception("outbox: %s failed", self._name)
            self._isolate(target, marks, error)
        else:
            self._through += len(marks)
            self._taken += [] if settled else marks

    def _call(self, target, marks):
        """Whether the marks are settled already."""
        if getattr(target, "in_database", False):
            self._session.write(lambda root: self._update_here(root, target, marks))
            self.sent += len(marks)
            return True
        if ICollectingTarget.providedBy(target):
            with self._session.reading() as root:
                collected = target.collect(root, marks)
            target.update(root, collected)
        else:
            with self._session.reading() as root:
                target.update(root, marks)
        return False

    def _update_here(self, root, target, marks):
        """The update and the removal in one transaction. A mark that is not as we
        read it has been renewed or removed by then; it is looked at again."""
        target.update(root, marks)
        self._store_success(root, marks)

    def _isolate(self, target, marks, error):
        """Find out which of *marks* the error is about."""
        named = [mark for mark in marks if mark in getattr(error, "marks", ())]
        if len(self._doubtful) == DOUBTFUL and not self._through:
            raise TargetDown(self._doubtful[0][1])
        if not named and len(marks) == 1:
            refused = isinstance(error, Refused)
            places = self._offenders if refused else self._doubtful
            places.append((marks[0], _text(error)))
            return
        if named:
            self._offenders += [(mark, _text(error)) for mark in named]
            parts = [[mark for mark in marks if mark not in named]]
        else:
            middle = len(marks) // 2
            parts = [marks[:middle], marks[middle:]]
        for part in filter(None, parts):
            self._apply(target, part)

    def _judge_doubtful(self):
        """Rows that made the target fail are to blame if others went through."""
        if self._doubtful and not self._through:
            raise TargetDown(self._doubtful[0][1])
        self._offenders += self._doubtful

    def _settle(self):
        if self._taken or self._offenders:
            taken, offenders = self._taken, self._offenders
            sent, self.parked = self._session.write(
                lambda root: self._store(root, taken, offenders)
            )
            self.sent += sent

    def _store(self, root, taken, offenders):
        sent = self._store_success(root, taken) if taken else 0
        stored = find_target(root, self._name)
        settled = settle(stored, [mark for mark, _ in offenders])
        for mark, error in offenders:
            if mark in settled:
                park_mark(stored, mark, error)
                noted(stored, error)
        return sent, len(settled)

    def _store_success(self, root, marks):
        stored = find_target(root, self._name)
        settled = settle(stored, marks)
        forget_parked(stored, settled)
        succeeded(stored, len(marks))
        return len(marks)


def _text(error):
    text = words(error)
    return text if isinstance(error, Refused) else f"{type(error).__name__}: {text}"
