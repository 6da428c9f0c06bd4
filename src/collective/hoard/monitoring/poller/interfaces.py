"""What the engine asks of the parts around it."""

from ..interfaces import Recorded
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A check as those see it who bring results for it."""

    id: int
    name: str
    kind: str
    owner_group: str | None = None
    where: tuple = ()
    thresholds: dict | None = None
    #: What a result "unknown" counts as; "absent" is no sample.
    unknown: str = "absent"


@dataclass(frozen=True, slots=True)
class Listing:
    """What there is to check, and all checks that are watched: {name: Entry}.

    `problems`: {number: why it cannot run}, of those that are left out.
    """

    generation: int
    checks: tuple
    names: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)


@dataclass(slots=True)
class Own:
    """A sample of ours with what only we know of it."""

    sample: object
    phases: dict | None = None


class Sink(Protocol):
    """Where samples go: a database, or a centre far away."""

    async def keep(self, entries: list) -> Recorded:
        """Keep `Own`s for good.

        :raises DatabaseUnusable: Not now; try again later.
        """


class Lister(Protocol):
    """Where the list of checks comes from."""

    async def generation(self) -> int:
        """Grows with each change of the list; cheap.

        :raises DatabaseUnusable: It cannot be asked now.
        """

    async def listing(self) -> Listing:
        """The list.

        :raises DatabaseUnusable: It cannot be read now.
        """


class Aftermath(Protocol):
    """What happens after results are stored: judging, telling people.

    Called in the thread that writes, outside of any transaction. An error is
    logged and stops nothing.
    """

    def use(self, store) -> None:
        """Whoever writes to the change log writes through this `Store`."""

    def on_samples(self, samples, now: float) -> None:
        """These were stored; called before `on_changes`."""

    def on_changes(self, changes, now: float) -> None:
        """These checks have changed."""

    def wait(self) -> None:
        """Let what is being sent be sent: the poller ends."""

    def tick(self, now: float) -> None:
        """About once a second."""

    def away(self, name: str, since: float, until: float) -> None:
        """The poller *name* did not run; nobody's checks are down for it."""
