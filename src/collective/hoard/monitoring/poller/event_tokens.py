"""Tokens that open an event stream for a short while; Plone makes them.

A page cannot send a header with an EventSource, so the token stands in the
address and ends in a log. Therefore it is short-lived and opens nothing else.
"""

from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from collective.hoard.exceptions import HoardError
import hashlib
import hmac
import json
import time


#: Seconds a token opens streams; a stream that is open stays open.
LIFETIME = 120
LONGEST = 8192


class TokenRefused(HoardError):
    """A token that does not open anything; the text says why."""


def sign(secret: str, groups=None, lifetime=LIFETIME, now=None) -> str:
    """A token for the changes of checks in *groups*; None is all of them."""
    if not secret:
        raise TokenRefused("The setting http.events_secret is empty.")
    ends = int((time.time() if now is None else now) + lifetime)
    words = {"e": ends, "g": None if groups is None else sorted(groups)}
    payload = urlsafe_b64encode(json.dumps(words).encode()).decode().rstrip("=")
    return f"{payload}.{_signature(secret, payload)}"


def opened(secret: str, token: str, now=None):
    """The groups that *token* opens, a frozenset; None is all.

    :raises TokenRefused: It is not ours, or too old.
    """
    payload, _, signature = token[:LONGEST].partition(".")
    good = bool(secret) and hmac.compare_digest(
        _signature(secret, payload).encode(), signature.encode("utf-8", "replace")
    )
    if not good:
        raise TokenRefused("This token is not valid.")
    words = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if words["e"] < (time.time() if now is None else now):
        raise TokenRefused("This token is too old; load the page anew.")
    return None if words["g"] is None else frozenset(words["g"])


def _signature(secret, payload):
    digest = hmac.new(secret.encode(), f"events.{payload}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest.digest()).decode().rstrip("=")
