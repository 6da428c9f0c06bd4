"""The behavior that makes any content item a check: is this site up?

Its values are attributes of the content. The check itself is a row of the
monitoring database, found by the content's UID.
"""

from .rights import MANAGE
from .rights import may
from collective.hoard import _
from plone.autoform.interfaces import IFormFieldProvider
from plone.supermodel import model
from zope import schema
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant
from zope.interface import provider
from zope.schema import ValidationError


class IWatchable(Interface):
    """Content that can be watched; nothing is stored that needs this class."""


class AddressInvalid(ValidationError):
    """No check can be made of the address; the argument is a message."""

    def doc(self):
        return self.args[0]


def is_page_address(value):
    """:raises AddressInvalid: It is not the address of a page, whoever asks."""
    try:
        from .writing.rows import CheckUnusable
        from .writing.rows import message_of
        from .writing.rows import of_address
        from .writing.rows import read
    except ImportError:
        # Without the extra nothing is checked at all.
        return True
    try:
        if value and value.strip():
            read(of_address(value.strip()), trusted=True)
    except CheckUnusable as error:
        raise AddressInvalid(message_of(error)) from error
    return True


def demand_allowed(value):
    """:raises Invalid: Only who may manage monitoring may have it checked."""
    try:
        from .writing.rows import CheckUnusable
        from .writing.rows import demand_public
        from .writing.rows import message_of
        from .writing.rows import of_address
    except ImportError:
        return
    try:
        demand_public(of_address(value))
    except CheckUnusable as error:
        raise Invalid(message_of(error)) from error


@provider(IFormFieldProvider)
class IWatched(model.Schema, IWatchable):
    """What an editor says about watching."""

    model.fieldset(
        "monitoring",
        label=_("Monitoring"),
        fields=["hoard_watch", "hoard_watch_address", "hoard_watch_group"],
    )

    hoard_watch = schema.Bool(
        title=_("Watch whether it is up"),
        default=False,
        required=False,
    )
    hoard_watch_address = schema.TextLine(
        title=_("Address to look at"),
        description=_(
            "Of a page, such as https://www.example.org/. Empty: the address of this "
            "item."
        ),
        required=False,
        max_length=1000,
        constraint=is_page_address,
    )
    hoard_watch_group = schema.TextLine(
        title=_("Group of checks"),
        required=False,
        max_length=100,
    )

    @invariant
    def address_is_allowed(data):
        """Also while it is not watched: another may tick that."""
        address = (getattr(data, "hoard_watch_address", None) or "").strip()
        item = getattr(data, "__context__", None)
        if address and not may(MANAGE) and not is_vouched(item, address):
            demand_allowed(address)


def is_vouched(item, address):
    """Whether a manager set that very address: others may save beside it."""
    from .setters import known

    setter = known(item)
    return setter is not None and setter.trusted and setter.address == address
