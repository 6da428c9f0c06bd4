"""Words and numbers as the pages show them."""

from .drawing.icon import icon
from collective.hoard import _
from functools import cache
from html import escape
from math import floor
from zope.i18n import translate
from zope.i18n.locales import LoadLocaleError
from zope.i18n.locales import locales
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
