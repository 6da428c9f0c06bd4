"""The outbox for machines: its state, and what can be done, as JSON."""

from ..outbox import discard
from ..outbox import discard_pending
from ..outbox import retry
from ..outbox.interfaces import NewerLayout
from ..outbox.interfaces import UnknownEntry
from ..outbox.once import drain_database
from ..outbox.report import plain
from ..outbox.report import report
from ..outbox.report import Thresholds
from ..outbox.sites import SiteFinder
from ..outbox.token import HEADER
from ..outbox.token import is_valid
from AccessControl import getSecurityManager
from dataclasses import fields
from plone.protect import CheckAuthenticator
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five import BrowserView
from zExceptions import Unauthorized
from zope.interface import alsoProvides
import json
import math
import transaction


PERMISSION = "collective.hoard: Manage Settings"


class _Json(BrowserView):
    """Allowed with the token, or with the permission to manage settings."""

    def __call__(self):
        response = self.request.response
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        response.setHeader("Cache-Control", "private, no-store")
        self.by_token = is_valid(self.request.getHeader(HEADER))
        user = getSecurityManager()
        if not self.by_token and not user.checkPermission(PERMISSION, self.context):
            raise Unauthorized("the token is missing or wrong")
        try:
            status, data = self.answer()
        except NewerLayout as error:
            status, data = 503, {"error": str(error)}
        response.setStatus(status)
        return json.dumps(data, indent=2, ensure_ascii=False)


class OutboxState(_Json):
    """``@@hoard-outbox-state``; 503 when it is critical."""

    def answer(self):
        try:
            thresholds = asked_thresholds(self.request.form)
        except ValueError as error:
            return 400, {"error": str(error)}
        data = report(self.context, thresholds)
        return 503 if data["status"] == "critical" else 200, data


def asked_thresholds(form):
    """The `Thresholds` that *form* names, such as ``critical_age``.

    :raises ValueError: one of them is no number.
    """
    asked = {}
    for one in fields(Thresholds):
        if one.name in form:
            asked[one.name] = _number(one.name, form[one.name])
    return Thresholds(**asked)


def _number(name, text):
    try:
        number = float(text)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} is a number from 0, not {text!r}")
    return number


class Drain(_Json):
    """``POST @@hoard-drain``: ``action`` is drain (the default), retry, discard or
    discard-pending; ``target`` and ``id`` narrow it down."""

    def answer(self):
        if self.request.method != "POST":
            self.request.response.setHeader("Allow", "POST")
            return 405, {"error": "use POST"}
        if self.by_token:
            alsoProvides(self.request, IDisableCSRFProtection)
        else:
            CheckAuthenticator(self.request)
        form = self.request.form
        action = self.actions.get(form.get("action", "drain"))
        if action is None:
            return 400, {"error": f"action is one of {', '.join(self.actions)}"}
        try:
            return 200, action(self, form.get("target"), form.get("id"))
        except UnknownEntry as error:
            return 404, {"error": str(error)}

    def _drain(self, target, id):
        done = drain_site(self.context)
        return {"drained": {name: plain(one) for name, one in done.items()}}

    def _retry(self, target, id):
        return {"retried": retry(self.context, target, id)}

    def _discard(self, target, id):
        return {"discarded": discard(self.context, target, id)}

    def _discard_pending(self, target, id):
        discarded = 0
        while count := discard_pending(self.context, target):
            discarded += count
            transaction.commit()
        return {"discarded": discarded}

    actions = {
        "drain": _drain,
        "retry": _retry,
        "discard": _discard,
        "discard-pending": _discard_pending,
    }


def drain_site(site):
    """Deliver what is pending for *site*, each target in a thread of its own.

    :return: ``{target: Drained}``
    """
    path = site.getPhysicalPath()[1:]
    done = drain_database(site._p_jar.db(), lambda _: {"": SiteFinder(path)})
    return {name: one for (_, name), one in done.items()}
