"""What must be sent out, stored with the data, sent after the commit."""

from ._marks import mark
from ._messages import send
from ._messages import send_to_all
from ._parked import discard
from ._parked import discard_pending
from ._parked import parked
from ._parked import retry
from ._parked import try_now
from ._registry import forget
from ._registry import forget_target
from ._registry import is_active
from ._registry import prepare
from ._registry import prepare_target
from ._registry import suspend
from ._state import behind
from ._state import outbox_state
from .once import drain_once


__all__ = [
    #: How far a target of marks lags, for a banner.
    "behind",
    #: Remove what is parked for good.
    "discard",
    #: Remove what waits, unsent.
    "discard_pending",
    #: Deliver all that is pending, now and in this thread.
    "drain_once",
    #: Remove the outbox and all in it.
    "forget",
    #: Remove a target and all in it.
    "forget_target",
    #: Whether the outbox is there and drained.
    "is_active",
    #: Remember that a row must be brought up to date somewhere.
    "mark",
    #: How every target is doing.
    "outbox_state",
    #: What is set aside, with its errors.
    "parked",
    #: Make the outbox and targets before they are needed.
    "prepare",
    #: Make one target before it is needed.
    "prepare_target",
    #: Let what is parked be tried again.
    "retry",
    #: Put a message into the outbox.
    "send",
    #: Put the same message into the outbox for several targets.
    "send_to_all",
    #: Keep all, drain nothing.
    "suspend",
    #: End the pause after a failure.
    "try_now",
]
