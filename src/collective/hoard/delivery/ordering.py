"""Mails are ordered with the submission, and written after the commit.

The order has the rules as they were then; the values are those of the submission
at that time, whatever it was changed to since.
"""

from ..outbox.interfaces import IMessageMaker
from .interfaces import MailSettings
from .interfaces import RECEIPT
from .interfaces import Rule
from .mails import mails
from .mails import sender_address
from .payload import remembered_occasion
from .receipts import may_have_receipt
from .settings import get_mail_limits
from .wording import form_language
from functools import lru_cache
from zope.interface import implementer
import dataclasses
import json
import logging


logger = logging.getLogger(__name__)

ORDER = "mails"


def mail_order(rules, form, occasion):
    """The options of a message that orders the mails of *rules*; None when nobody
    would get one."""
    wanted = [_as_text(rule) for rule in rules if _has_reader(rule, occasion)]
    return {ORDER: wanted, "language": form_language(form)} if wanted else None


def _has_reader(rule, occasion):
    if rule.target != RECEIPT:
        return True
    return bool(sender_address(occasion, rule.mail.address_field))


@lru_cache(maxsize=500)
def _as_text(rule):
    """What `_as_rule` needs, as JSON: made once, put into each order."""
    mail = dataclasses.asdict(rule.mail)
    data = {"id": rule.id, "target": rule.target, "mail": mail}
    return json.dumps(data, ensure_ascii=False)


def _as_rule(text):
    data = json.loads(text)
    mail = MailSettings(**{**data["mail"], "to": tuple(data["mail"]["to"])})
    return Rule(data["id"], "", data["target"], (), mail=mail)


@implementer(IMessageMaker)
class MailMaker:
    """See `IMessageMaker`: each recipient gets a message of his own."""

    def make(self, root, body, options):
        if ORDER not in options:
            return None
        occasion = remembered_occasion(root, body)
        if occasion is None:
            # Its time is over, or somebody had it removed: see `erasure`.
            logger.info("no mails: submission %s was removed", body["submissions"])
            return []
        limits, language = get_mail_limits(), options["language"]
        return [
            mail
            for rule in map(_as_rule, options[ORDER])
            for mail in mails(rule, occasion, language, limits)
            if _is_allowed(root, rule, mail["to"], occasion, limits)
        ]


def _is_allowed(root, rule, address, occasion, limits):
    if rule.target != RECEIPT:
        return True
    limit = limits.receipts_per_day
    allowed = may_have_receipt(root, address, occasion.time, limit)
    if not allowed:
        logger.info("form %s: no receipt, the address had enough", rule.id)
    return allowed
