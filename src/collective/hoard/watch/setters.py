"""Whose word the watched address of an item is: kept beside the address.

A check that a manager pointed somewhere may reach what the poller sees of the
inside. So who merely touches the item (moves it, adds a child, checks it in,
compares it) must neither give that away nor take it. What is kept is an
attribute, no field and no annotation: neither forms nor check-ins carry it on.
"""

from .behavior import IWatched
from .rights import MANAGE
from .rights import may
from Acquisition import aq_base
from dataclasses import dataclass
from urllib.parse import urlsplit
from zope.lifecycleevent.interfaces import IObjectAddedEvent


KEY = "_hoard_watch_setter"
SWITCH, ADDRESS = "hoard_watch", "hoard_watch_address"


@dataclass(frozen=True, slots=True)
class Setter:
    """*trusted*: who set *address* might manage monitoring then.

    An empty address is the item's own; *origin* is where the site was then.
    """

    address: str
    origin: str
    trusted: bool

    def vouches(self, address, origin):
        """Whether the check may be trusted now.

        An item's own address is made of the request, where anybody can write
        another host: it must be that of before, unless a manager asks.
        """
        if not self.trusted or self.address != address:
            return False
        return bool(address) or self.origin == origin or may(MANAGE)


def vouched(item):
    """Whether the check of *item* may be trusted; changes nothing."""
    found = known(item)
    return found is not None and found.vouches(*said(item))


def note(item, event=None):
    """Remember who set the address, where *event* tells that somebody did."""
    before, (address, origin) = known(item), said(item)
    if not address and not IWatched(item).hoard_watch:
        after = None
    elif sets_it(before, address, named(event), event):
        after = Setter(address, origin, may(MANAGE))
    elif before is not None and before.address == address:
        after = before
    else:
        # Changed by what tells nothing of whom, such as a check-in.
        after = Setter(address, origin, False)
    keep(item, after)


def sets_it(before, address, names, event):
    if IObjectAddedEvent.providedBy(event) and before is None:
        return True
    if before is not None and before.address == address:
        # Who has the item's own address watched is who sets it.
        return not address and SWITCH in names
    return ADDRESS in names or (not address and SWITCH in names)


def copied(copy):
    """A copy is of whom it was and of who makes it: both must be trusted."""
    before = known(copy)
    if before is None:
        # So that pasting is not taken for setting.
        before = Setter("", "", False)
    keep(copy, Setter(before.address, before.origin, before.trusted and may(MANAGE)))


def said(item):
    """``(address or "", scheme and host of the item's own)``"""
    address = (IWatched(item).hoard_watch_address or "").strip()
    parts = urlsplit(item.absolute_url())
    return address, f"{parts.scheme}://{parts.netloc}"


def named(event):
    """Names of the fields that the event says were changed."""
    descriptions = getattr(event, "descriptions", None) or ()
    return {
        name.rpartition(".")[2]
        for one in descriptions
        for name in getattr(one, "attributes", ())
    }


def known(item):
    stored = getattr(aq_base(item), KEY, None)
    return Setter(*stored) if stored else None


def keep(item, setter):
    if setter == known(item):
        return
    if setter is None:
        delattr(aq_base(item), KEY)
    else:
        # Plain values: nothing stored needs a class of ours.
        stored = (setter.address, setter.origin, setter.trusted)
        setattr(aq_base(item), KEY, stored)
