"""Asking a service: by its breaker, with errors in words."""

from .breaker import breaker_for
from .explaining import explain
from .explaining import PAUSED
from .interfaces import SecretMissing
from .interfaces import ServiceDown
from .interfaces import ServiceRefused
from collective.hoard import _
from contextlib import contextmanager
from time import time


@contextmanager
def asking(settings):
    """What is done in here is done with the service of *settings*.

    Errors come out as `ServiceDown` or `ServiceRefused`, without secrets and
    without the chain of errors that might quote them.

    :raises ServiceDown: also at once, while the breaker is open.
    """
    breaker = breaker_for(settings.url)
    if not breaker.allow():
        raise paused(breaker)
    try:
        yield
    except Exception as error:  # Each library has errors of its own.
        told = explain(error, settings.url, _secrets(settings))
    else:
        breaker.success()
        return
    if isinstance(told, ServiceDown):
        breaker.failure(told)
    elif isinstance(told, ServiceRefused):
        breaker.success()
    raise told from None


def paused(breaker):
    """The `ServiceDown` for who is not allowed to ask."""
    seconds = max(1, round((breaker.until or 0) - time()))
    told = {"url": breaker.url, "seconds": seconds, "why": breaker.last_error or ""}
    return ServiceDown(_(PAUSED, mapping=told))


def _secrets(settings):
    try:
        return [settings.secret]
    except SecretMissing:
        return []
