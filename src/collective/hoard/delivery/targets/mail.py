"""Mails, through the site's mail settings."""

from ...outbox.interfaces import IMessageTarget
from ..composing import compose
from ..erasure import find_row
from ..settings import get_mail_limits
from .base import down
from .base import refused
from collective.hoard import _
from email.utils import formataddr
from plone.registry.interfaces import IRegistry
from Products.CMFCore.utils import getToolByName
from Products.MailHost.MailHost import MailHostError
from zope.component import getUtility
from zope.interface import implementer
import logging
import smtplib


logger = logging.getLogger(__name__)


@implementer(IMessageTarget)
class MailTarget:
    """See `IMessageTarget`."""

    def deliver(self, root, message):
        body = message.body
        row = None
        if body["submission"] is not None:
            row = find_row(root, body["form"], body["submission"])
            if row is None:
                # Its time is over, or somebody had it removed: see `erasure`.
                logger.info("mail %s: its submission was removed", message.id)
                return
        send_mail(root, message.id, body, row)


def send_mail(site, id, body, row=None):
    """Send the mail of *body* now.

    :param row: the submission, whose files may be attached.
    :raises TargetDown, Refused: in words.
    """
    sender = sender_address()
    if not sender:
        raise down(NO_SENDER)
    try:
        mail = compose(id, body, sender, row, get_mail_limits().attachments_size)
    except ValueError as error:
        text = _(
            "No mail can be made of this: ${reason}", mapping={"reason": str(error)}
        )
        raise refused(text) from error
    host = getToolByName(site, "MailHost")
    try:
        # At once: MailHost's own way would wait for a commit, and could not tell
        # us whether the server took it.
        host.send(mail, mto=str(mail["To"]), mfrom=sender, immediate=True)
    except smtplib.SMTPRecipientsRefused as error:
        raise _recipient_refused(error) from error
    except smtplib.SMTPResponseException as error:
        raise _answered(error) from error
    except (smtplib.SMTPException, MailHostError, OSError, RuntimeError) as error:
        text = _("The mail server: ${reason}", mapping={"reason": _line(error)})
        raise down(text) from error


NO_SENDER = _(
    "The site has no sender's address. Set it in the control panel, below Mail."
)


def sender_address():
    """``Name <address>`` of the site, as its mail settings have it; may be ""."""
    registry = getUtility(IRegistry)
    address = registry.get("plone.email_from_address") or ""
    name = registry.get("plone.email_from_name") or ""
    return formataddr((name, address)) if address else ""


def _recipient_refused(error):
    ((address, (code, text)),) = list(error.recipients.items())[:1]
    told = {"address": address, "code": code, "text": _text(text)}
    message = _("The mail server refuses ${address}: ${code} ${text}", mapping=told)
    if code >= 500:
        return refused(message)
    return down(message)


def _answered(error):
    told = {"code": error.smtp_code, "text": _text(error.smtp_error)}
    message = _("The mail server answered: ${code} ${text}", mapping=told)
    # Of what a server says for good, only these are about this very mail: the
    # sender, the content. A refused log-in is a matter of the settings.
    about_mail = isinstance(error, (smtplib.SMTPDataError, smtplib.SMTPSenderRefused))
    if error.smtp_code >= 500 and about_mail:
        return refused(message)
    return down(message)


def _text(text):
    return _line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _line(text):
    return " ".join(str(text).split())[:300]
