"""From the data of a mail to the mail itself."""

from ..ledger.files import held
from ..ledger.files import is_file
from ..ledger.files import open_file
from .wording import one_line
from collective.hoard import _
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape
from zope.i18n import translate


def compose(id, body, sender, row=None, attachments_size=0):
    """An `EmailMessage`: text and HTML, and the files of *row* that are still
    what they were. One that the virus scanner holds is left out, and named.

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
    files = list(_files(body["attachments"], row))
    note = _note(body, [one["filename"] for one, value in files if _is_held(value)])
    mail.set_content(body["text"] + (f"\n{note}\n" if note else ""))
    mail.add_alternative(_with_note(body["html"], note), subtype="html")
    free = [(one, value) for one, value in files if not _is_held(value)]
    _attach(mail, free, attachments_size)
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


def _files(attachments, row):
    """``(description, file value)`` of those that are still the very same."""
    for described in attachments:
        value = row.values.get(described["field"]) if row is not None else None
        # Another file may have been put there since.
        if is_file(value) and value["sha256"] == described["sha256"]:
            yield described, value


def _is_held(value):
    return held(value) is not None


LEFT_OUT = _(
    "Not attached, because the virus scanner has not released it; see the submission: "
    "${names}"
)


def _note(body, names):
    """A sentence about the files left out, in the language of the mail; or ""."""
    if not names:
        return ""
    # A file's name is a visitor's text; it must not act as a placeholder.
    shown = one_line(", ".join(names)).replace("$", "_")
    told = _(LEFT_OUT, mapping={"names": shown})
    return translate(told, target_language=body.get("language", "en"))


def _with_note(html, note):
    if not note:
        return html
    start, end, rest = html.rpartition("</body>")
    return f"{start}<p>{escape(note)}</p>\n{end}{rest}"


def _attach(mail, files, limit):
    total = 0
    for described, value in files:
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
