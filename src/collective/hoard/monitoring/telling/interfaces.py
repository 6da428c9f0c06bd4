"""What telling people takes and needs: contacts, policies, letters, channels."""

from ..interfaces import MonitoringError
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol


CHANNELS = ("mail", "webhook", "amqp", "mqtt")


class NotTold(MonitoringError):
    """A letter did not arrive; the text says why."""


class TargetDown(NotTold):
    """Trying again later may help."""


class Refused(NotTold):
    """The target does not want this letter; trying again is useless."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One address of one person or machine."""

    id: int
    name: str
    channel: str
    address: str
    zone: str = "UTC"
    #: `hours.Hours`, or None.
    quiet: object = None
    settings: dict = field(default_factory=dict)

    @property
    def every(self):
        """Machines want every notice at once; nobody is flooded by it."""
        return self.settings.get("every", self.channel == "mqtt")


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a letter."""

    id: int
    kind: str
    check_id: int
    name: str
    status: str
    since: int
    reason: str = ""
    previous: str | None = None
    lasted: int | None = None
    groups: tuple = ()
    #: How many problems are told with this one.
    below: int = 0
    #: Step of escalation that brought it here.
    step: int = 0
    of: str = "check"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel sends."""

    uuid: str
    subject: str
    text: str
    html: str
    #: All `Line`s, worst first; *shown* of them are in text and HTML.
    lines: tuple
    shown: int
    #: {"crit": 3, "recovered": 1}
    counts: dict
    created: int
    digest: bool = False


class Channel(Protocol):
    def send(self, contact: Contact, letter: Letter) -> None:
        """Send; return when the target has acknowledged it.

        :raises TargetDown: It did not arrive.
        :raises Refused: It never will.
        """
