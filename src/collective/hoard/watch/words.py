"""Words and numbers as the pages show them."""

from .drawing.icon import icon
from collective.hoard import _
from functools import cache
from html import escape
from math import floor
from zope.i18n import translate
from zope.i18n.locales import LoadLocaleError
from zope.i18n.locales import locales
from zope.i18nmessageid import Message
import re


STATUS = {
    "ok": _("Up"),
    "warn": _("Warning"),
    "crit": _("Down"),
    "unknown": _("Unknown"),
    "unmonitored": _("Not monitored"),
}
PHASES = {
    "resolve": _("Name"),
    "connect": _("Connection"),
    "tls": _("Encryption"),
    "first_byte": _("First byte"),
    "transfer": _("Transfer"),
}
REASONS = {
    "resolve": _("the name is not known"),
    "refused": _("the connection was refused"),
    "timeout": _("no answer in time"),
    "tls": _("the encryption failed"),
    "protocol": _("the answer is not valid"),
    "reset": _("the connection was broken off"),
    "status": _("an unexpected status"),
    "match": _("the content is not as expected"),
    "latency": _("too slow"),
    "certificate": _("the certificate"),
    "threshold": _("a value is out of bounds"),
}


RULES = (
    (
        re.compile(
            r"(?P<what>.+) is (?P<value>\S+(?: %)?) \((?P<detail>.+)\),"
            r" wanted (?P<wanted>.+)"
        ),
        _("${what} is ${value} (${detail}), wanted ${wanted}"),
    ),
    (
        re.compile(r"(?P<what>.+): (?P<some>\d+) of (?P<all>\d+) up, wanted all"),
        _("${what}: ${some} of ${all} up, wanted all"),
    ),
)
#: What people read most often of what the poller's side says in plain English.
REFUSALS = {
    str(message): message
    for message in (
        _("A check needs a name, a host or an address."),
        _("A check is an object with kind, address and host."),
        _("A DNS check needs the name that is asked for."),
        _("A TCP check needs a port."),
        _("A pattern is longer than 1,000 characters."),
        _("Only managers' checks may run commands."),
        _("The address of a DNS check is the IP of a name server."),
        _("The check needs an address or a name."),
        _("The port must be between 1 and 65535."),
        _("Write env:NAME or file:/path for a secret."),
        _("params must be names with values."),
        _("path must begin with / and hold no blanks."),
        _("thresholds must be paths with warn and crit."),
        _("timeout must be a number of seconds."),
    )
}
#: The same with what was typed within.
TYPED = (
    (
        re.compile(
            r"(?P<host>['\"].*['\"]) is neither a host name nor an IP address\."
        ),
        _("${host} is neither a host name nor an IP address."),
    ),
    (
        re.compile(r"Unknown parameters: (?P<names>.*)\."),
        _("Unknown parameters: ${names}."),
    ),
    (
        re.compile(r"(?P<url>\S.*) is not an address of a web site\."),
        _("${url} is not an address of a web site."),
    ),
    (
        re.compile(r"The policy 'm of n' needs m and n, and m not above n\."),
        _("“m of n” needs both numbers, and the first not above the second."),
    ),
    (
        re.compile(r"Maintenance .* ends before it begins\.", re.DOTALL),
        _("The window ends before it begins."),
    ),
    (
        re.compile(r"Maintenance .* lasts longer than it takes until it .*", re.DOTALL),
        _(
            "The window lasts longer than it takes until it comes again: let it end "
            "earlier, or come less often."
        ),
    ),
)


def mark(status, request, size=20):
    """HTML: the shape of a status and its word."""
    word = escape(translate(STATUS[status], context=request))
    return (
        f'<span class="hoard-mark hoard-{status}">{icon(status, size)} '
        f"<span>{word}</span></span>"
    )


def percent(share, request=None):
    """``99.987 %``; never rounded up to 100 % nor from nothing known."""
    if share is None:
        return None
    return decimal(f"{floor(share * 100_000) / 1000:.3f} %", request)


def decimal(text, request):
    """*text*, a number as Python writes it, with the visitor's decimal separator."""
    language = request.get("LANGUAGE") if request is not None else None
    return text.replace(".", separator(language or "en"), 1)


@cache
def separator(language):
    try:
        locale = locales.getLocale(*[*language.split("-"), None, None][:3])
    except LoadLocaleError:
        return "."
    return locale.numbers.symbols.get("decimal", ".")


def reason(status, code, text, request):
    """Why a check is as it is, as one line."""
    word = REASONS.get(text)
    known = translate(word, context=request) if word else of_rule(text or "", request)
    if code and status != "ok":
        return f"{code} {known}".strip()
    return known


def of_rule(text, request):
    """What a rule says of itself, in the visitor's language; else *text*."""
    parts = [rule_part(part, request) for part in text.split("; ")]
    return "; ".join(parts)


def rule_part(text, request):
    for form, message in RULES:
        found = form.fullmatch(text)
        if found:
            return translate(_(message, mapping=found.groupdict()), context=request)
    return text


def said(text):
    """What `monitoring` says of what was typed, as a message where it is known."""
    if text in REFUSALS:
        return REFUSALS[text]
    for form, message in TYPED:
        found = None if isinstance(text, Message) else form.fullmatch(text)
        if found:
            return _(message, mapping=found.groupdict())
    return text
