"""What a JSON request may carry, and what keeps other sites from sending it."""

from ..ledger.interfaces import NewerLayout
from collective.hoard import _
from plone.protect.authenticator import check
from plone.protect.interfaces import IDisableCSRFProtection
from plone.restapi.services import Service
from zExceptions import Forbidden
from zope.i18n import translate
from zope.interface import alsoProvides
import json


class Refused(Exception):
    """A request that ends with *status* and says why; nothing was stored.

    ``problems`` are ``(path, message)``, as in `DefinitionError`.
    """

    def __init__(self, status, type, message, problems=()):
        super().__init__(message)
        self.status = status
        self.type = type
        self.message = message
        self.problems = problems


class HoardService(Service):
    """A service of ours. Subclasses write `answer`."""

    def __init__(self, context, request):
        super().__init__(context, request)
        # The log-in plugin of plone.restapi takes each JSON body for credentials
        # and reads it as a whole, however large or deep. That happens after this
        # and before `answer`; `read_object` goes to the file underneath.
        request.set("BODY", b"")

    def reply(self):
        # Personal data, and definitions that only designers may see.
        self.request.response.setHeader("Cache-Control", "private, no-store")
        try:
            return self.answer()
        except Refused as refused:
            return self._refusal(refused)
        except NewerLayout:
            return self._refusal(Refused(409, "NewerVersion", NEWER))

    def _refusal(self, refused):
        self.request.response.setStatus(refused.status)
        error = {"type": refused.type, "message": self.text(refused.message)}
        if refused.problems:
            error["problems"] = [
                {"path": path, "message": self.text(message)}
                for path, message in refused.problems
            ]
        return {"error": error}

    def text(self, message):
        return translate(message, context=self.request)


NEWER = _(
    "This was stored by a newer version of collective.hoard than this site has: update "
    "collective.hoard on this site."
)


def guard(request):
    """Make sure that no other web site made the visitor's browser send *request*.

    plone.protect looks at GET and POST only, and plone.restapi's own services
    switch it off. Here it stays on, unless the request carries credentials in
    an ``Authorization`` header, as REST clients do: scripts of other sites can
    add that header only after the browser has asked us (CORS preflight), and we
    say no. The one exception, HTTP Basic credentials that a browser remembers
    and adds by itself, is covered by the same rule: PUT, PATCH and DELETE, and
    POST with ``application/json``, always need a preflight.

    A browser that is signed in by cookie must send plone.protect's token, as
    ``X-CSRF-TOKEN`` or ``_authenticator``. Anonymous visitors have no rights
    that somebody could borrow.

    :raises Refused: 403.
    """
    user = request.get("AUTHENTICATED_USER")
    if user is None or user.getId() is None:
        return
    if request._auth:
        alsoProvides(request, IDisableCSRFProtection)
        return
    try:
        check(request)
    except Forbidden:
        raise Refused(403, "Forbidden", NO_TOKEN) from None


NO_TOKEN = _(
    "The token against forged requests is missing. Send it as X-CSRF-TOKEN, or sign "
    "in with an Authorization header instead of a cookie."
)
NOT_JSON = _("Send the body as application/json.")
TOO_LARGE = _("The body is larger than ${limit} bytes.")
NOT_UTF8 = _("The body is not UTF-8.")
NO_OBJECT = _("The body must be a JSON object.")


def read_object(request, limit):
    """The JSON object that is the body of *request*.

    :param limit: greatest size in bytes.
    :raises Refused: 400, 413 or 415.
    """
    media_type = (request.getHeader("Content-Type") or "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise Refused(415, "UnsupportedMediaType", NOT_JSON)
    try:
        data = json.loads(_body(request, limit).decode("utf-8"), parse_constant=_no)
    except UnicodeDecodeError:
        raise Refused(400, "BadRequest", NOT_UTF8) from None
    except (ValueError, RecursionError) as error:
        text = _("The body is not JSON: ${error}", mapping={"error": str(error)[:200]})
        raise Refused(400, "BadRequest", text) from None
    if not isinstance(data, dict):
        raise Refused(400, "BadRequest", NO_OBJECT)
    return data


def _body(request, limit):
    stream = request.get("BODYFILE")
    body = stream.read(limit + 1) if stream is not None else b""
    if len(body) > limit:
        text = _(TOO_LARGE, mapping={"limit": limit})
        raise Refused(413, "PayloadTooLarge", text)
    return body


def _no(constant):
    raise ValueError(f"{constant} is not allowed")
