"""Mail by SMTP: plain text and HTML; a long digest has its full list attached."""

from ..interfaces import Refused
from ..interfaces import TargetDown
from ..letters import clean
from ..letters import full_list
from .settings import secret
from datetime import datetime
from datetime import UTC
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
import smtplib
import ssl


class MailChannel:
    """See `interfaces.Channel`; the address is a mail address."""

    def __init__(self, settings):
        self.settings = settings

    def send(self, contact, letter):
        message = self.message(contact, letter)
        try:
            with self.connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise verdict(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise verdict(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TargetDown(f"The mail server did not take it: {error}") from error

    def connect(self):
        own = self.settings
        context = ssl.create_default_context() if own.tls != "none" else None
        if own.tls == "tls":
            server = smtplib.SMTP_SSL(
                own.host, own.port, timeout=own.timeout, context=context
            )
        else:
            server = smtplib.SMTP(own.host, own.port, timeout=own.timeout)
        try:
            if own.tls == "starttls":
                server.starttls(context=context)
            if own.user:
                server.login(own.user, secret(own.password))
        except BaseException:
            server.close()
            raise
        return server

    def message(self, contact, letter):
        # First: what is no address must not become the sender either.
        to = address(contact)
        message = EmailMessage()
        sender = self.settings.sender or contact.address
        message["Subject"] = letter.subject
        message["From"] = Address("Monitoring", addr_spec=sender)
        message["To"] = to
        message["Date"] = format_datetime(datetime.fromtimestamp(letter.created, UTC))
        # The same when it is sent again after a kill: mailboxes show it once.
        message["Message-ID"] = f"<{letter.uuid}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        if letter.shown < len(letter.lines):
            message.add_attachment(
                full_list(letter, contact), subtype="plain", filename="all.txt"
            )
        return message


def address(contact):
    try:
        return Address(clean(contact.name), addr_spec=contact.address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise Refused(f"{contact.address!r} is no mail address.") from error


def verdict(code, text):
    """5xx is for good, unless it is about us rather than this mail."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    kind = Refused if 500 <= code < 600 and code not in (530, 535) else TargetDown
    return kind(f"The mail server says {code} {words}")
