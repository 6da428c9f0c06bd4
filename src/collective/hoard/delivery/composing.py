"""From the data of a mail to the mail itself."""

from ..ledger.files import is_file
from ..ledger.files import open_file
from .wording import one_line
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr


def compose(id, body, sender, row=None, attachments_size=0):
    """An `EmailMessage`: text and HTML, and the files of *row* that are still
    what they were.

    :param id: of the message in the outbox; a mail that arrives twice has the
        same ``Message-ID``.
    :param sender: ``Name <address>``.
    :raises ValueError: some header cannot be written.
    """
    mail = EmailMessage(policy=SMTP)
    _set(mail, "Subject", body["subject"])
    mail["From"] = sender
    mail["To"] = deliverable(body["to"])
    if body.get("reply_to"):
        mail["Reply-To"] = deliverable(body["reply_to"])
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["Message-ID"] = f"<{id}@{domain}>"
    # So that absence notices and other receipts do not answer (RFC 3834).
    answered = "auto-replied" if body["kind"] == "receipt" else "auto-generated"
    mail["Auto-Submitted"] = answered
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(body["text"])
    mail.add_alternative(body["html"], subtype="html")
    _attach(mail, body["attachments"], row, attachments_size)
    return mail


def deliverable(address):
    """*address* in ASCII, its host as the DNS has it.

    :raises ValueError: the part before the @ is not ASCII; few servers take it.
    """
    name, _at, host = address.rpartition("@")
    if not name.isascii():
        raise ValueError(f"the address {address} needs SMTPUTF8")
    try:
        return f"{name}@{host if host.isascii() else host.encode('idna').decode()}"
    except UnicodeError as error:
        raise ValueError(f"the host of {address} is no host") from error


def _set(mail, name, text):
    mail[name] = one_line(text)


def _attach(mail, attachments, row, limit):
    total = 0
    for described in attachments:
        value = row.values.get(described["field"]) if row is not None else None
        # Another file may have been put there since.
        if not is_file(value) or value["sha256"] != described["sha256"]:
            continue
        total += value["size"]
        if total > limit:
            return
        main, _slash, sub = described["content_type"].partition("/")
        with open_file(value) as file:
            mail.add_attachment(
                file.read(),
                maintype=main or "application",
                subtype=sub or "octet-stream",
                filename=described["filename"],
            )
