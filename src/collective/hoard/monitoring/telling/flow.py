"""How much one recipient is told: token bucket, then digests ever more seldom.

A token: at once.  None: into a queue, which becomes one digest after
`interval` seconds; each further digest without a quiet time between doubles
the interval.  Explained in docs/explanation/digest.md.
"""

from ..judge.interfaces import WrongSettings
from dataclasses import dataclass
from dataclasses import fields


@dataclass(frozen=True, slots=True)
class Limits:
    #: How many messages at once before digests begin.
    tokens: int = 3
    #: Seconds for a new token.
    refill: int = 600
    #: Seconds to the first digest; the next take twice as long ...
    first: int = 300
    #: ... up to this.
    longest: int = 14400
    #: Lines in a message; the others are counted.
    lines: int = 20


@dataclass(slots=True)
class Flow:
    """What is remembered of a recipient."""

    tokens: float
    refilled: int
    #: Seconds of the newest digest's queue; 0: no digests lately.
    interval: int = 0
    #: When the queue becomes a digest; None: nothing is queued.
    due: int | None = None
    #: When something last came or a digest was sent.
    last: int | None = None


def limits(settings, name=""):
    """:raises WrongSettings: A number that cannot be worked with."""
    known = {f.name for f in fields(Limits)}
    found = {key: value for key, value in settings.items() if key in known}
    for key, value in found.items():
        if not isinstance(value, int) or value < (0 if key == "tokens" else 1):
            raise WrongSettings(f"Contact {name!r}: {key} is a whole number above 0.")
    return Limits(**found)


def new_flow(limits, now):
    return Flow(float(limits.tokens), now)


def offer(flow, limits, now):
    """Something new for the recipient: True to send at once, False to queue it."""
    refill(flow, limits, now)
    quiet = flow.last is not None and now - flow.last >= flow.interval
    flow.last = now
    if flow.due is not None:
        return False
    if quiet:
        flow.interval = 0
    if flow.tokens >= 1:
        flow.tokens -= 1
        return True
    flow.interval = min(flow.interval * 2 or limits.first, limits.longest)
    flow.due = now + flow.interval
    return False


def refill(flow, limits, now):
    # A clock that was set back brings no tokens and takes none.
    passed = max(now - flow.refilled, 0)
    flow.tokens = min(limits.tokens, flow.tokens + passed / limits.refill)
    flow.refilled = now


def hold(flow, until, now):
    """Queue until then at least: quiet hours."""
    flow.due = max(flow.due or 0, until)
    flow.last = now


def flushed(flow, now):
    """The queue has become a digest."""
    flow.due = None
    flow.last = now
