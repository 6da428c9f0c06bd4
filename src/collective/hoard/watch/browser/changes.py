"""``@@hoard-changes?since=&silent=``: whether open pages have to look again.

*since* is the number of the newest change that a page shows, *silent* the pollers
that it says are silent, as this said it the last time.

Never an open stream: each would hold a thread of Zope. Those are the poller's.
"""

from ...monitoring.checks.interfaces import CheckUnusable
from ...monitoring.checks.secrets import resolve
from ...monitoring.poller.event_tokens import sign
from .. import rights
from .. import times
from ..reading import news
from ..settings import settings
from ..trouble import TROUBLES
from ..trouble import words
from Products.Five import BrowserView
from zope.i18n import translate
import json


class Changes(BrowserView):
    def __call__(self):
        from ..engines import reading

        response = self.request.response
        response.setHeader("Cache-Control", "private, no-store")
        response.setHeader("Content-Type", "application/json")
        since = self.request.form.get("since", "")
        good = isinstance(since, str) and since.isascii() and since.isdecimal()
        since = int(since) if good and len(since) < 18 else 0
        try:
            with reading() as connection:
                now = times.now()
                newest, count, found = news.changes(connection, now, since)
                silent = news.silent_names(connection, now)
        except TROUBLES as error:
            response.setStatus(503)
            response.setHeader("Content-Type", "application/json")
            return json.dumps({"error": translate(words(error), context=self.request)})
        if newest == since and self.request.form.get("silent", silent) == silent:
            response.setStatus(304)
            return ""
        response.setHeader("Content-Type", "application/json")
        answer = {"seq": newest, "count": count, "changes": found, "silent": silent}
        return json.dumps({**answer, "stream": stream_url()})


def stream_url():
    """The address of the poller's stream with a token for a short while; None
    where there is none, or its secret is not there."""
    found = settings()
    if not found.poller_url or not found.live_secret or not rights.may(rights.VIEW):
        return None
    try:
        token = sign(resolve(found.live_secret))
    except CheckUnusable:
        return None
    return f"{found.poller_url.rstrip('/')}/events?token={token}"
