"""Ask a site on this machine; never by way of a proxy."""

from urllib.error import HTTPError
from urllib.request import build_opener
from urllib.request import ProxyHandler
from urllib.request import Request
import json
import time


# How long a site may take to answer for the first time, in seconds.
START_LIMIT = 180
opener = build_opener(ProxyHandler({}))


def get(address):
    """``(status, text)``"""
    return ask(Request(address))  # noqa: S310 - addresses of ours


def post(address, body, headers):
    """Send *body* as JSON: ``(status, text)``."""
    both = {"Accept": "application/json", "Content-Type": "application/json"} | headers
    return ask(Request(address, json.dumps(body).encode(), both))  # noqa: S310


def ask(request):
    try:
        with opener.open(request, timeout=START_LIMIT) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def wait_for(address, process):
    """True once *address* answers 200; False if *process* ends or takes too long.

    While Zope loads the port is open already, and the request waits.
    """
    limit = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < limit:
        try:
            return get(address)[0] == 200
        except OSError:
            time.sleep(0.2)
    return False
