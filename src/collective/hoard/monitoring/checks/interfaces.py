"""What a check is before it runs, and what it says afterwards."""

from collections.abc import Mapping
from collective.hoard.exceptions import HoardError
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol


#: Why there was no answer (R1). Such an outcome is crit with code 0.
REASONS = ("resolve", "refused", "timeout", "tls", "protocol", "reset")
#: Why an answer is not good enough.
JUDGED = ("status", "match", "latency", "certificate", "threshold", "plugin")
#: The poller did not run the check as it stands: a setting forbids it.
FORBIDDEN = "forbidden"
#: Kinds that the poller runs; "passive" waits for others' results.
ACTIVE_KINDS = ("http", "https", "tcp", "tls", "dns", "exec", "munin")
KINDS = (*ACTIVE_KINDS, "passive")
#: What we keep of a text from outside, in characters.
MAX_TEXT = 500
#: Seconds, unless the check says otherwise; never above `MAX_TIMEOUT`.
TIMEOUT = 10.0
MAX_TIMEOUT = 120.0


class CheckUnusable(HoardError):
    """The parameters of a check do not fit; the text says which and why.

    `field`: the key of the check that it is about, where that is known.
    """

    def __init__(self, text="", field=""):
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check as its list has it.

    `address` is where the connection goes (IP address or host name), `name`
    what is asked for there (Host header, SNI, DNS question); either may be
    empty and then is the other. `interval` and `timeout` are in seconds.
    `trusted`: private addresses, commands and secrets are open to it.
    """

    id: int | str
    kind: str
    address: str = ""
    port: int | None = None
    name: str = ""
    params: Mapping = field(default_factory=dict)
    interval: int = 300
    timeout: float = TIMEOUT
    trusted: bool = False

    @property
    def host(self) -> str:
        """What is asked for."""
        return self.name or self.address

    @property
    def target(self) -> str:
        """Where the connection goes."""
        return self.address or self.name


@dataclass(slots=True)
class Outcome:
    """What one run said: a sample without check, source and time.

    `ms`: milliseconds the whole took. `values`: {path: (number, unit)}.
    `phases`: milliseconds of resolve, connect, tls, first_byte, transfer.
    """

    status: str
    code: int | None = None
    ms: float | None = None
    text: str = ""
    reason: str = ""
    values: dict = field(default_factory=dict)
    phases: dict | None = None


def no_answer(reason: str, text: str, ms: float | None = None) -> Outcome:
    return Outcome("crit", 0, ms, text[:MAX_TEXT], reason)


class Runner(Protocol):
    """Runs checks of some kinds."""

    async def run(self, spec: CheckSpec) -> Outcome | None:
        """The outcome; None where the check has nothing to say (unknown).

        Never raises for what the target does. Ends within the check's
        time-out plus two seconds, whatever the target does.

        :raises CheckUnusable: Bad parameters; nothing was sent.
        """


WORST = {"ok": 0, "warn": 1, "crit": 2}


def worse(outcome: Outcome, status: str, reason: str, text: str) -> None:
    """Lower *outcome* to *status* unless it is that bad already."""
    if WORST[status] > WORST[outcome.status]:
        outcome.status, outcome.reason = status, reason
        outcome.text = text[:MAX_TEXT]
