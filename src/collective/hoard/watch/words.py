"""Words and numbers as the pages show them."""

from .drawing.icon import icon
from collective.hoard import _
from html import escape
from math import floor
from zope.i18n import translate


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


def mark(status, request, size=20):
    """HTML: the shape of a status and its word."""
    word = escape(translate(STATUS[status], context=request))
    return (
        f'<span class="hoard-mark hoard-{status}">{icon(status, size)} '
        f"<span>{word}</span></span>"
    )


def percent(share):
    """``99.987 %``; never rounded up to 100 % nor from nothing known."""
    if share is None:
        return None
    return f"{floor(share * 100_000) / 1000:.3f} %"


def reason(status, code, text, request):
    """Why a check is as it is, as one line."""
    word = REASONS.get(text)
    said = translate(word, context=request) if word else text or ""
    if code and status != "ok":
        return f"{code} {said}".strip()
    return said
