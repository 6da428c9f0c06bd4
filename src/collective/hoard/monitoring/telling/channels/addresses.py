"""Whether an address of a channel can ever be sent to, seen before it is stored."""

from ...foreign import flaw
from ...foreign import is_url
import re


LONGEST = 2000
#: Whatever a server takes has a domain, or is a user of the mail server's machine.
_DOMAIN = re.compile(r"^[^\s@.]+(\.[^\s@.]+)*$")


def flaw_of_address(channel: str, address: str) -> str:
    """What is wrong with *address* for *channel*, a sentence; empty if nothing."""
    if words := flaw(address, LONGEST):
        return f"The address {words}."
    return LOOKS.get(channel, no_flaw)(address)


def no_flaw(address):
    return ""


def mail(address):
    """A bare address: its name is the contact's."""
    # Imported where it is used only, as the channel is.
    from email.errors import HeaderParseError
    from email.headerregistry import Address

    try:
        domain = Address(addr_spec=address).domain
    except (ValueError, IndexError, AttributeError, HeaderParseError):
        domain = ""
    # ASCII: the mail server would have to speak SMTPUTF8 for others.
    if not _DOMAIN.match(domain) or not address.isascii():
        return f"{address!r} is no mail address: write anna@example.org."
    return ""


def webhook(address):
    if not is_url(address, ("http", "https")):
        return f"{address!r} is no address of a webhook: it begins with https://."
    return ""


def amqp(address):
    exchange, slash, _ = address.partition("/")
    if slash and not exchange:
        return f"{address!r} has no exchange: write exchange/routing.key or queue."
    # Both are short strings of the protocol.
    if any(len(part.encode()) > 255 for part in address.split("/", 1)):
        return "The name of an exchange, key or queue has up to 255 bytes."
    return ""


def mqtt(address):
    if not address.strip("/") or set(address) & set("+#"):
        return f"{address!r} is no beginning of a topic: it has no + nor #."
    return ""


LOOKS = {"mail": mail, "webhook": webhook, "amqp": amqp, "mqtt": mqtt}
