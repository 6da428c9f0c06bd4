"""The outbox: what must leave the database, stored with the data it is about.

Two kinds of things wait in it. A *mark* says "bring this row up to date over
there"; whoever brings it reads the row as it is then. A *message* says "send
exactly this"; it never changes. Both are part of the transaction that makes
them: aborted with it, stored with it, and sent only once it is committed.
"""

from ..exceptions import HoardError
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from zope.interface import Attribute
from zope.interface import Interface


class OutboxError(HoardError):
    """Base class of what the outbox refuses."""


class NewerLayout(OutboxError):
    """A newer version of the add-on wrote this outbox; we must not touch it."""


class NotPlain(OutboxError, TypeError):
    """A message is not JSON-like; nothing was stored."""


class UnknownEntry(OutboxError, LookupError):
    """There is no such target, or nothing with that id (any more)."""


class TargetDown(OutboxError):
    """Raised by a target: nothing can be delivered there now.

    The whole target is left alone for a while, 1 to 60 seconds.
    """


class Refused(OutboxError):
    """Raised by a target: it answered, and will never take this one.

    It is parked with the error, and the rest goes on. ``marks`` names the
    offenders among many marks; without it the outbox finds them by halves.
    """

    def __init__(self, error, marks=()):
        super().__init__(error)
        self.marks = tuple(marks)


@dataclass(frozen=True, slots=True)
class Mark:
    """Row ``key`` of ledger ``uid`` is to be brought up to date.

    ``since`` (aware datetime, UTC) is when it was first marked. ``token`` is
    the outbox's own.
    """

    uid: str
    key: int
    since: datetime = field(compare=False)
    token: int = field(compare=False, repr=False)

    @property
    def id(self):
        """Names the mark where people see it."""
        return f"{self.uid}:{self.key}"


@dataclass(frozen=True, slots=True)
class Message:
    """Something to deliver once, or again with the same ``id`` (a UUID).

    ``target`` is the full name ("webhook:crm"), ``created`` an aware datetime
    in UTC, ``body`` JSON-like, ``options`` a dict, ``attempts`` how often it
    has failed.
    """

    id: str
    target: str
    created: datetime
    body: object
    options: dict
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class TargetState:
    """How a target is doing; times are aware datetimes in UTC or None.

    ``kind`` is "marks" or "messages"; ``pending`` and ``parked`` are numbers,
    ``oldest`` is when the oldest pending one was made, ``sent`` counts all that
    were ever acknowledged, ``failures`` those in a row since the last success.
    Nothing is tried before ``retry_at``. ``drainer`` names who delivers now.
    """

    name: str
    kind: str
    pending: int = 0
    oldest: datetime | None = None
    parked: int = 0
    sent: int = 0
    last_success: datetime | None = None
    last_error: str = ""
    last_error_time: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    drainer: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """Something that will not be tried again by itself, and why.

    ``body`` is that of a message, None for a mark.
    """

    id: str
    error: str
    since: datetime
    created: datetime
    body: object = None


@dataclass(frozen=True, slots=True)
class Behind:
    """How much a target lags: ``count`` at least (``more``: there are more than
    were counted), the oldest of them marked at ``since``."""

    count: int
    more: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did for one target.

    ``error`` says why it ended early, "" if it did not; ``busy`` is True when
    another drainer holds the target, so that nothing was done.
    """

    sent: int = 0
    parked: int = 0
    error: str = ""
    busy: bool = False


class IMessageTarget(Interface):
    """Delivers messages; a utility named as the target up to the first ":".

    Called in a thread of the drainer, without user, with the site set as
    current site. No transaction is open that would be committed.
    """

    def deliver(root, message):
        """Deliver the `Message`; return once it is acknowledged.

        Must come back within 30 seconds, by time-outs of its own.

        :raises TargetDown: nothing gets through; try the same again later.
        :raises Refused: this message will never be taken.
        """


class IBatchTarget(IMessageTarget):
    """A message target that is quicker with several at once."""

    def deliver_many(root, messages):
        """Deliver *messages*, at most 100, none of which has failed before.

        Must come back within 30 seconds, by time-outs of its own.

        :return: for each, in order: None when it is acknowledged, else the
            `TargetDown` or `Refused` that `deliver` would raise.
        :raises TargetDown: nothing gets through; try the same again later. After
            any other error they are delivered one by one.
        """


class IMessageMaker(Interface):
    """Makes the messages of a target, so that who sends need not wait for it; a
    utility named as the target up to the first ":".

    Called soon after the commit, in a transaction of the drainer that takes away
    what it is made of, with the site set as current site.
    """

    def make(root, body, options):
        """The bodies of the messages, JSON-like, none or many; each gets an id of
        its own. None: the message is to be delivered as it was sent.

        What it writes is stored with them. After an error the message is parked;
        retried, it comes here again.
        """


class IMarkTarget(Interface):
    """Brings rows up to date; a utility named as the target up to the first ":".

    Called as `IMessageTarget` is, with an open transaction to read from.
    """

    in_database = Attribute(
        "True if `update` writes to this very database: its changes are then "
        "committed together with the removal of the marks, each once. "
        "False if it writes elsewhere: whatever it stores here is lost."
    )

    def update(root, marks):
        """Bring the rows of *marks*, at most 500, up to date: as they are now, or
        gone. May be asked for the same ones again.

        Must come back within 30 seconds, by time-outs of its own.

        :raises TargetDown: nothing gets through; all are tried again later.
        :raises Refused: some will never be taken, see there.
        """


class ICollectingTarget(IMarkTarget):
    """A mark target that reads first and sends then.

    No transaction is open while it sends, however slow the other side is.
    """

    def collect(root, marks):
        """Read what belongs to *marks*; the transaction ends afterwards."""

    def update(root, collected):
        """Send what `collect` returned; otherwise as `IMarkTarget`."""
