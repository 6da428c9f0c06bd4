"""What ``hoard-outbox`` does through a running instance, by HTTP."""

from .command import Unreachable
from .report import Thresholds
from .token import HEADER
from dataclasses import fields
from urllib.error import HTTPError
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.parse import urlsplit
from urllib.request import build_opener
from urllib.request import HTTPRedirectHandler
from urllib.request import Request
import json


#: A drain waits for slow targets.
TIMEOUT = 300


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry the token elsewhere, or to a page to log in."""

    def redirect_request(self, *args):
        return None


_opener = build_opener(_NoRedirect)


class Remote:
    """See `local.Local`; *url* is that of one site."""

    def __init__(self, url, token):
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unreachable(f"an address begins with http:// or https://, not {url}")
        if not token:
            raise Unreachable(
                "there is no token: give HOARD_OUTBOX_TOKEN or HOARD_OUTBOX_TOKEN_FILE "
                "the same as the instance has, at least 16 characters"
            )
        self._url = url.rstrip("/")
        self._token = token

    def run(self, interval, write):
        raise Unreachable("run --url works with --once only; the instance runs itself")

    def drain(self):
        return self._call("@@hoard-drain", action="drain")["drained"]

    def reports(self, thresholds):
        limits = {one.name: getattr(thresholds, one.name) for one in fields(Thresholds)}
        return {self._url: self._call(f"@@hoard-outbox-state?{urlencode(limits)}")}

    def retry(self, target, id):
        return self._act("retry", target, id)["retried"]

    def discard(self, target, id):
        return self._act("discard", target, id)["discarded"]

    def discard_pending(self, target):
        return self._act("discard-pending", target, None)["discarded"]

    def _act(self, action, target, id):
        form = {"action": action, "target": target} | ({"id": id} if id else {})
        return self._call("@@hoard-drain", **form)

    def _call(self, name, **form):
        data = urlencode(form).encode() if form else None
        headers = {HEADER: self._token, "Accept": "application/json"}
        request = Request(f"{self._url}/{name}", data, headers)  # noqa: S310
        try:
            with _opener.open(request, timeout=TIMEOUT) as response:
                return json.load(response)
        except HTTPError as error:
            return self._refused(error)
        except (URLError, OSError, ValueError) as error:
            raise Unreachable(f"{self._url} does not answer: {error}") from error

    def _refused(self, error):
        """The state that comes with 503; all else is an error, in words."""
        try:
            data = json.load(error)
        except ValueError:
            data = {}
        if not isinstance(data, dict):
            data = {}
        if error.code == 503 and "targets" in data:
            return data
        if error.code in (301, 302, 303, 307, 308, 401, 403):
            raise Unreachable(f"{self._url} does not take the token")
        said = data.get("error", f"it answered {error.code}")
        if error.code == 404 and "error" not in data:
            said = "there is no such site, or the add-on is not installed in it"
        raise Unreachable(f"{self._url}: {said}")
