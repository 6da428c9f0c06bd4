"""Who may deliver for a target: one drainer, while its lease lasts."""

from ._time import now_ms
from secrets import token_hex
import os
import socket


#: A drainer that dies is replaced after so many seconds; a target comes back
#: sooner than that (`IMessageTarget`).
LEASE_SECONDS = 45


def new_owner() -> str:
    """A name for a drainer, as people see it."""
    return f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"


def hold(target, owner, seconds=LEASE_SECONDS) -> bool:
    """Whether *owner* may deliver now.

    Writes when the lease is taken over, or two thirds of it are left: two that
    take it at once are a conflict, and the one tried again sees the other.
    """
    lease, now = target["lease"], now_ms()
    mine = lease["owner"] == owner
    if not mine and lease["owner"] and lease["expires"] > now:
        return False
    if not mine or lease["expires"] - now < seconds * 667:
        lease.update(owner=owner, expires=now + int(seconds * 1000))
    return True


def release(target, owner):
    """Let another drainer have it at once."""
    if target["lease"]["owner"] == owner:
        target["lease"].update(owner="", expires=0)


def holder(target) -> str:
    """Who delivers now, "" if nobody does."""
    lease = target["lease"]
    return lease["owner"] if lease["expires"] > now_ms() else ""
