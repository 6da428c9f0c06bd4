"""What administrators set: targets, rules for the whole site, limits of mails.

Kept in Plone's registry below ``collective.hoard.delivery``, so that it travels
with GenericSetup profiles. Secrets are not among it, only references to them.
"""

from .interfaces import MailLimits
from .interfaces import RulesError
from .interfaces import Target
from .remembering import Remembered
from .rules import empty_rules
from .rules import in_words
from .rules import parse_rules
from .target_settings import parse_targets
from collective.hoard import _
from copy import deepcopy
from plone.registry.interfaces import IRegistry
from plone.schema import JSONField
from zope import schema
from zope.component import queryUtility
from zope.interface import Interface
import logging


PREFIX = "collective.hoard.delivery"
logger = logging.getLogger(__name__)


class IDeliverySettings(Interface):
    """Records ``collective.hoard.delivery.*``."""

    targets = JSONField(
        title=_("Targets"),
        description=_("Where messages can go; edited on a page of their own."),
        schema='{"type": "array"}',
        required=False,
        default=[],
        missing_value=[],
    )

    rules = JSONField(
        title=_("Rules for all forms"),
        description=_("Edited on a page of their own."),
        required=False,
        default={},
        missing_value={},
    )

    receipts_per_day = schema.Int(
        title=_("Receipts per address and day"),
        description=_(
            "Anybody can type anybody's address into a form. No more receipts than "
            "this go to one address within 24 hours, from all forms together."
        ),
        min=0,
        max=1000,
        default=3,
    )

    receipts_quote = schema.Bool(
        title=_("Receipts may repeat what was typed"),
        description=_(
            "Then a stranger can have the site mail a text of his own to any address. "
            "Leave it off unless your forms ask for more than an address can do."
        ),
        default=False,
        required=False,
    )

    attachments_kb = schema.Int(
        title=_("Maximum size of attachments"),
        description=_("In kB, for all files of a mail together."),
        min=0,
        max=100_000,
        default=5 * 1024,
    )


def read(name, default):
    """The record *name*; *default* where it is missing."""
    registry = queryUtility(IRegistry)
    value = registry.get(f"{PREFIX}.{name}") if registry is not None else None
    return default if value is None else value


def write(name, value):
    """Store *value* in the record *name*."""
    queryUtility(IRegistry)[f"{PREFIX}.{name}"] = value


def get_mail_limits():
    """The `MailLimits` of the current site."""
    default = MailLimits()
    return MailLimits(
        read("receipts_per_day", default.receipts_per_day),
        read("receipts_quote", default.receipts_quote),
        read("attachments_kb", default.attachments_size // 1024) * 1024,
    )


def stored_targets():
    """The plain data of all targets, the caller's to change."""
    return deepcopy(read("targets", []))


def get_targets():
    """``{name: Target}`` of the current site, those switched off included.

    What cannot be understood, as it comes from an add-on that is gone, is left
    out and logged.
    """
    found = _all_targets("", read("targets", []))
    return dict(found)


def get_target(name):
    """The `Target` called *name*, or None; quick, as it is asked for each message."""
    for data in read("targets", []):
        if f"{data.get('kind')}:{data.get('id')}" == name:
            return _one_target(name, data)
    return None


def _usable_target(data):
    try:
        (target,) = parse_targets([data])
    except RulesError as error:
        logger.error("a target is not usable: %s", in_words(error))
        return None
    return target


_one_target = Remembered(_usable_target)


def _usable_targets(listed):
    found = map(_usable_target, listed)
    return {target.name: target for target in found if target is not None}


_all_targets = Remembered(_usable_targets)


def stored_site_rules():
    """The plain data of the rules of the site, the caller's to change."""
    return deepcopy(read("rules", None) or empty_rules())


def get_site_rules():
    """The `Rule` tuple of the site.

    :raises RulesError:
    """
    return _site_rules("", read("rules", None) or empty_rules())


_site_rules = Remembered(lambda data: parse_rules(data, site_wide=True))


def target_data(target: Target):
    """*target* as plain data."""
    return {
        "id": target.id,
        "kind": target.kind,
        "title": target.title,
        "enabled": target.enabled,
        "options": dict(target.options),
    }
