"""Sending what visitors sent, without trusting it."""

from ...ledger.files import held
from ...ledger.files import UNSCANNED
from collective.hoard import _
from plone.transformchain.interfaces import DISABLE_TRANSFORM_REQUEST_KEY
from urllib.parse import quote
from ZPublisher.Iterators import filestream_iterator
import re


NOT_YET = _(
    "This file has not been checked for viruses yet. Try again in a minute; if that "
    "does not help, the virus scanner may be down: ask the administrators."
)
NEVER = _(
    "This file cannot be downloaded: the virus scanner found “${signature}” in it."
)
TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+\Z", re.ASCII)


def attachment(filename):
    """The value of ``Content-Disposition``: save it, under this name.

    A name in ASCII for old browsers, the real one in the way of RFC 5987.
    """
    plain = re.sub(r'[^ -~]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{_quoted(filename)}"


def _quoted(text):
    return quote(text.encode("utf-8", "replace"), safe="")


def protect(response, filename):
    """Headers that keep a browser from showing, guessing at and keeping a body."""
    response.setHeader("Content-Disposition", attachment(filename))
    response.setHeader("X-Content-Type-Options", "nosniff")
    response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'")
    response.setHeader("Cache-Control", "private, no-store")


def why_held(value):
    """Why nobody may download the file *value* now, for a person; None if they may."""
    signature = held(value)
    if signature is None:
        return None
    if signature == UNSCANNED:
        return NOT_YET
    return _(NEVER, mapping={"signature": signature})


def send(value, request):
    """An iterator over a stored file, read from disk while it is sent."""
    # Plone would put its theme around a file that is an HTML page.
    request.environ[DISABLE_TRANSFORM_REQUEST_KEY] = True
    response = request.response
    kind = value["content_type"]
    good = TYPE.match(kind) is not None
    response.setHeader("Content-Type", kind if good else "application/octet-stream")
    response.setHeader("Content-Length", str(value["size"]))
    protect(response, value["filename"])
    return filestream_iterator(value["blob"].committed(), "rb")
