"""The mails that a rule makes of an occasion, as data for the outbox.

Each recipient gets a message of his own: one refused address neither holds up
nor repeats the mails to the others. `ordering` makes them, soon after the commit;
only attachments are fetched when the mail is sent.
"""

from ..ledger.files import is_file
from .addresses import is_address
from .addresses import recipients
from .fitting import wild_fields
from .interfaces import RECEIPT
from .wording import Wording
from collective.hoard import _
from Products.CMFCore.utils import getToolByName
from zope.component.hooks import getSite


def mails(rule, occasion, language, limits):
    """A list of mail bodies: docs/reference/messages.md.

    :param language: code of the language that they are in.
    """
    if rule.target == RECEIPT:
        found = sender_address(occasion, rule.mail.address_field)
        addresses = [found] if found else []
    else:
        form = _find_form(occasion.about.uid) if rule.mail.to_editors else None
        addresses = recipients(form, rule.mail)
    if not addresses:
        return []
    body = mail_body(rule, occasion, language, limits)
    return [{**body, "to": address} for address in addresses]


def _find_form(uid):
    """The form, for what only it knows; None if it is gone."""
    catalog = getToolByName(getSite(), "portal_catalog")
    for brain in catalog.unrestrictedSearchResults(UID=uid):
        return brain._unrestrictedGetObject()
    return None


def mail_body(rule, occasion, language, limits):
    """What is the same for all who get the mail."""
    in_subject, in_text = _hidden(rule, occasion, limits)
    words = Wording(occasion, language, in_text)
    mail, row = rule.mail, occasion.row
    chosen, left_out = _attachments(rule, occasion, limits)
    text = mail.text + _notes(words, left_out)
    answer_to = "" if rule.target == RECEIPT else _answer_to(occasion, mail)
    return {
        "kind": "receipt" if rule.target == RECEIPT else "notification",
        "event": occasion.event,
        "form": occasion.about.uid,
        "language": language,
        "submission": str(row.key) if row is not None else None,
        "subject": Wording(occasion, language, in_subject).subject(mail.subject),
        "text": words.text(text),
        "html": words.html(text),
        "reply_to": answer_to,
        "attachments": chosen,
    }


def sender_address(occasion, field_id):
    """The address in an e-mail field; "" when it is empty or not for a mail."""
    column = (occasion.columns or {}).get(field_id)
    value = occasion.values.get(field_id)
    good = column is not None and column.field.kind == "email"
    return value if good and isinstance(value, str) and is_address(value) else ""


def _answer_to(occasion, mail):
    return sender_address(occasion, mail.address_field) if mail.address_field else ""


def _hidden(rule, occasion, limits):
    """``(ids left out of the subject, ids left out of the text)``

    A receipt goes to an address that anybody can type: it repeats nothing that
    anybody can write, in the text unless the administrators allow it.
    """
    if rule.target != RECEIPT:
        return (), ()
    columns = occasion.columns or {}
    wild = wild_fields({id: column.field for id, column in columns.items()})
    return wild, () if limits.receipts_quote else wild


def _attachments(rule, occasion, limits):
    """``(described files, titles of those too large)``, up to the limit in all."""
    if not rule.mail.attachments:
        return [], []
    chosen, left_out, total = [], [], 0
    for id, value in occasion.values.items():
        if not is_file(value):
            continue
        if total + value["size"] > limits.attachments_size:
            left_out.append(value["filename"])
            continue
        total += value["size"]
        names = ("filename", "content_type", "size", "sha256")
        chosen.append({"field": id, **{name: value[name] for name in names}})
    return chosen, left_out


def _notes(words, left_out):
    if not left_out:
        return ""
    told = _(
        "Too large for a mail, see the submission: ${names}",
        # A file's name is a visitor's text; it must not act as a placeholder.
        mapping={"names": ", ".join(left_out).replace("$", "_")},
    )
    return f"\n\n{words.translated(told)}"
