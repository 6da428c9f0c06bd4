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


class IWatchable(Interface):
    """Content that can be watched; nothing is stored that needs this class."""


def is_page_address(value):
    """:raises Invalid: It is not the address of a page that may be checked."""
    try:
        from .writing.rows import CheckUnusable
        from .writing.rows import demand_public
        from .writing.rows import message_of
        from .writing.rows import of_address
    except ImportError:
        # Without the extra nothing is checked at all.
        return
    try:
        row = of_address(value)
        if not may(MANAGE):
            demand_public(row)
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
    )
    hoard_watch_group = schema.TextLine(
        title=_("Group of checks"),
        required=False,
        max_length=100,
    )

    @invariant
    def address_can_be_checked(data):
        address = getattr(data, "hoard_watch_address", None)
        if getattr(data, "hoard_watch", None) and address:
            is_page_address(address)
