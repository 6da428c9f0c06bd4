"""Trying a rule: what it would send, and sending it once, now.

Made of the newest submission, or of examples where there is none. A mail goes
to who tries, never to those whom the rule names.
"""

from ..forms.behavior import get_definition
from ..forms.columns import Column
from ..forms.fill import kind_of
from ..forms.keeping import find_ledger
from ..outbox.interfaces import OutboxError
from .addresses import is_address
from .interfaces import ITargetKind
from .interfaces import MAIL
from .interfaces import NotSent
from .interfaces import RECEIPT
from .mails import mail_body
from .payload import about
from .payload import Occasion
from .payload import occasion
from .payload import payload
from .settings import get_mail_limits
from .settings import get_target
from .targets.mail import send_mail
from .wording import form_language
from collective.hoard import _
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import UTC
from decimal import Decimal
from plone.uuid.interfaces import IUUID
from Products.CMFCore.utils import getToolByName
from uuid import uuid4
from zope.component import queryUtility
from zope.component.hooks import getSite


EXAMPLES = {int: 42, Decimal: Decimal("4.2"), bool: True, date: date(2026, 12, 31)}
EXAMPLES[datetime] = datetime(2026, 12, 31, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """As `IRow`, of no ledger."""

    key: int
    submitted: datetime
    values: dict
    schema: int = 1
    user_id: str | None = None
    revision: int = 0


def preview(form, rule):
    """What *rule* would send: the data of a mail, or of a message."""
    found = example(form)
    if rule.target in (MAIL, RECEIPT):
        return mail_body(rule, found, form_language(form), get_mail_limits())
    return {**payload(found), "event": "test"}


def try_rule(form, rule, data):
    """Send *data*, which `preview` made. What happened, for a person.

    :raises NotSent:
    """
    if rule.target in (MAIL, RECEIPT):
        return _try_mail(form, data)
    target = get_target(rule.target)
    kind = queryUtility(ITargetKind, target.kind) if target is not None else None
    if kind is None:
        raise NotSent(_("There is no such target. An administrator adds them."))
    return kind.try_it(getSite(), target, data)


def example(form):
    """An `Occasion` of the newest submission, or of an invented one."""
    ledger = find_ledger(form)
    rows = ledger.page(1).rows if ledger is not None else ()
    if rows:
        return occasion(form, ledger.form_uid, "added", (rows[0].key,))
    fields = [(f, kind_of(f)) for f in get_definition(form).fields]
    shown = {f.id: Column(f.id, f.title, False, f, k) for f, k in fields if k.stores}
    values = {f.id: _example(f, k) for f, k in fields if k.stores}
    now = datetime.now(UTC)
    row = Row(0, now, {id: v for id, v in values.items() if v is not None})
    return Occasion(about(form, IUUID(form)), "added", (0,), now, row, shown)


def _example(field, kind):
    if field.kind == "email":
        return "visitor@example.org"
    if field.kind in ("one_of", "many_of"):
        first = field.settings["options"][0]["value"]
        return (first,) if field.kind == "many_of" else first
    if kind.types == (str,):
        return field.title
    return EXAMPLES.get(kind.types[0])


def _try_mail(form, body):
    member = getToolByName(form, "portal_membership").getAuthenticatedMember()
    address = member.getProperty("email", "") or ""
    if not is_address(address):
        raise NotSent(
            _("The trial would go to you, but your profile has no e-mail address.")
        )
    try:
        send_mail(getSite(), str(uuid4()), {**body, "to": address, "attachments": []})
    except OutboxError as error:
        raise NotSent(getattr(error, "message", error.args[0])) from error
    return _("Sent to you: ${address}", mapping={"address": address})
