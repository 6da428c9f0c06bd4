"""One-time tokens: each page with a form can store one submission.

A token is ``<number>-<signature>``. The number is the time of issue in
milliseconds, shifted left by 20 bits, plus 20 random bits; the signature is a
HMAC-SHA256 over form UID and number with a key of Plone's own key ring. The
ledger remembers the numbers that were used, so nothing is written when a page
is shown, and a reload or double click stores nothing twice.
"""

from .interfaces import SentTooFast
from .interfaces import TokenRefused
from datetime import timedelta
from plone.keyring.interfaces import IKeyManager
from zope.component import getUtility
import hmac
import re
import secrets
import time


MAX_AGE = timedelta(hours=24)
TOKEN = re.compile(r"([0-9]{1,19})-([0-9a-f]{64})\Z", re.ASCII)
RANDOM_BITS = 20


def issue(form_uid, now=None):
    """A fresh token for a page with the form; *now* in seconds since 1970."""
    milliseconds = int((time.time() if now is None else now) * 1000)
    number = milliseconds << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    return f"{number}-{_signature(_keys()[0], form_uid, number)}"


def redeem(text, form_uid, fill_seconds=0, now=None):
    """The number of a good token.

    :raises TokenRefused: it is missing, forged, of another form or older
        than a day.
    :raises SentTooFast: it is younger than *fill_seconds*.
    """
    match = TOKEN.match(text) if isinstance(text, str) else None
    if match is None:
        raise TokenRefused()
    number, signature = int(match[1]), match[2]
    expected = (_signature(key, form_uid, number) for key in _keys())
    if not any([hmac.compare_digest(signature, e) for e in expected]):
        raise TokenRefused()
    age = (time.time() if now is None else now) - (number >> RANDOM_BITS) / 1000
    if not -60 <= age <= MAX_AGE.total_seconds():
        raise TokenRefused()
    if age < fill_seconds:
        raise SentTooFast()
    return number


def _keys():
    """Secrets of the "_system" key ring, newest first; rotated by Plone."""
    ring = getUtility(IKeyManager)["_system"]
    return [key.encode("utf-8") for key in ring if key]


def _signature(key, form_uid, number):
    message = f"collective.hoard.form\0{form_uid}\0{number}".encode()
    return hmac.digest(key, message, "sha256").hex()
