"""Messages as signed HTTP requests."""

from ...connections.settings import resolve
from ...forms.interfaces import Field
from ..guarded_http import AddressRefused
from ..guarded_http import HttpFailed
from ..guarded_http import post
from ..guarded_http import url_problem
from ..signing import signature_headers
from .base import as_json
from .base import down
from .base import reference_problem
from .base import refused
from .base import secret_of
from .base import TargetKind
from collective.hoard import _
from email.utils import parsedate_to_datetime
from time import monotonic
from time import time


#: Refusals that say: later.
LATER = (408, 425, 429)
#: Answers of proxies whose site is away; it is not the message's fault.
AWAY = (502, 503, 504)
#: A receiver cannot put us off for longer, in seconds.
MAX_PAUSE = 3600
SHOWN = 200


class Webhook(TargetKind):
    """``send`` posts JSON; only a status of 2xx is an acknowledgement."""

    title = _("Webhook (signed HTTP request)")
    order = 10
    options = (
        Field("url", "text", _("Address"), _("Begins with https:"), True),
        Field(
            "secret",
            "text",
            _("Secret for the signature"),
            _(
                "Where the secret is found: env:NAME for an environment variable, or "
                "file:/path. Without one, messages are not signed."
            ),
        ),
        Field(
            "private",
            "yes_no",
            _("May be in the local network"),
            _("Otherwise the site talks to public addresses only."),
        ),
        Field(
            "insecure",
            "yes_no",
            _("May be without encryption (http:)"),
            _("Only for receivers on this machine or behind an own tunnel."),
        ),
    )

    def problems(self, options):
        problem = url_problem(options.get("url", ""), options.get("insecure", False))
        if problem:
            yield "url", problem
        problem = reference_problem(options.get("secret", ""))
        if problem:
            yield "secret", problem

    def send(self, site, target, id, data):
        options, body = target.options, as_json(id, data)
        _demand_time(options["url"])
        reference = options.get("secret", "")
        secret = secret_of(lambda: resolve(reference))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "collective.hoard",
            "Idempotency-Key": id,
            **signature_headers(id, int(time()), body, secret),
        }
        try:
            answer = post(
                options["url"], body, headers, private=options.get("private", False)
            )
        except (AddressRefused, HttpFailed) as error:
            raise down(error.args[0]) from error
        _remember_time(options["url"], answer)
        judge(answer)
        return _("Delivered; the answer was ${status}.", mapping=_told(answer))


#: ``{address: time.monotonic before which its receiver wants no request}``. Of this
#: process: one process delivers at a time.
_not_before = {}


def _remember_time(url, answer):
    """Honour ``Retry-After``, which may be longer than the outbox's own pause."""
    seconds = retry_after(answer.headers.get("retry-after"))
    if seconds and (answer.status in LATER or answer.status in AWAY):
        _not_before[url] = monotonic() + seconds
    else:
        _not_before.pop(url, None)


def _demand_time(url):
    """:raises TargetDown: the receiver has asked for a pause, which is not over."""
    left = _not_before.get(url, 0) - monotonic()
    if left > 0:
        told = {"seconds": max(round(left), 1)}
        raise down(_("The receiver asks for ${seconds} more seconds.", mapping=told))


def judge(answer):
    """Return if *answer* is an acknowledgement.

    :raises TargetDown, Refused: as its status says.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    if status in LATER or status in AWAY:
        raise down(_("The receiver says: later (${status}).", mapping=_told(answer)))
    if 300 <= status < 400:
        text = _(
            "The receiver sends us on to another address (${status}), which is not "
            "followed. Put the final address into the settings of the target.",
            mapping=_told(answer),
        )
        raise refused(text)
    text = _("The receiver answered ${status}: ${text}", mapping=_told(answer))
    # An error inside the receiver may be about this very message: the outbox parks
    # what fails again and again while others go through.
    raise (refused if status < 500 else down)(text)


def retry_after(value, now=None):
    """Seconds that a ``Retry-After`` header asks for; None if it asks nothing
    that can be understood."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(int(value[:9]), MAX_PAUSE)
    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    seconds = moment - (time() if now is None else now)
    return min(max(int(seconds), 0), MAX_PAUSE)


def _told(answer):
    text = answer.body[:SHOWN].decode("utf-8", "replace")
    text = "".join(c if c.isprintable() else " " for c in text).strip()
    return {"status": answer.status, "text": text or "-"}
