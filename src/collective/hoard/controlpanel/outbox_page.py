"""``@@hoard-outbox``: what waits to be sent, what is parked, what to do."""

from ..forms.zone import localized
from ..outbox import discard
from ..outbox import is_active
from ..outbox import outbox_state
from ..outbox import parked
from ..outbox import retry
from ..outbox import startup
from ..outbox import try_now
from ..outbox.interfaces import NewerLayout
from ..outbox.interfaces import UnknownEntry
from .interfaces import IControlPanelSection
from .outbox_api import drain_site
from collective.hoard import _
from datetime import datetime
from datetime import UTC
from plone.protect import CheckAuthenticator
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from zope.interface import implementer
import json
import transaction


GONE = _("That is not there any more: somebody else was quicker, or it went through.")
#: Parked entries on a page, for each target.
PAGE = 25
#: Characters of a message that are shown.
EXCERPT = 300


class OutboxPage(BrowserView):
    """The page; what changes something is a POST with plone.protect's token."""

    page = ViewPageTemplateFile("templates/outbox.pt")
    confirmation = ViewPageTemplateFile("templates/outbox_discard.pt")
    newer = ViewPageTemplateFile("templates/outbox_newer.pt")

    def __call__(self):
        self.request.response.setHeader("Cache-Control", "private, no-store")
        try:
            self.states = list(outbox_state(self.context).values())
        except NewerLayout:
            return self.newer()
        if self.request.method == "POST":
            return self.act()
        return self.page()

    def act(self):
        CheckAuthenticator(self.request)
        form = self.request.form
        self.target, self.id = _text(form, "target"), _text(form, "id") or None
        action = self.actions.get(_text(form, "action"))
        if action is None:
            return self.back(GONE, "warning")
        try:
            return action(self)
        except UnknownEntry:
            return self.back(GONE, "warning")

    def _drain(self):
        for state in self.states:
            try_now(self.context, state.name)
        if startup.running is not None:
            return self.back(_("What is pending is being sent now."))
        # What somebody else shall see must be stored.
        transaction.commit()
        done = drain_site(self.context)
        sent = sum(one.sent for one in done.values())
        busy = any(one.busy for one in done.values())
        failed = [name for name, one in done.items() if one.error]
        if failed:
            names = {"count": sent, "targets": ", ".join(failed)}
            text = _("${count} sent; not reached: ${targets}.", mapping=names)
            return self.back(text, "warning")
        if busy:
            return self.back(_("Another process is sending what is pending."))
        return self.back(_("${count} sent.", mapping={"count": sent}))

    def _retry(self):
        count = retry(self.context, self.target, self.id)
        text = _("${count} will be tried again.", mapping={"count": count})
        return self.back(text)

    def _discard(self):
        if "confirm" not in self.request.form:
            return self.confirmation()
        count = discard(self.context, self.target, self.id)
        return self.back(_("${count} discarded.", mapping={"count": count}))

    actions = {"drain": _drain, "retry": _retry, "discard": _discard}

    def back(self, message, kind="info"):
        IStatusMessage(self.request).add(message, type=kind)
        self.request.response.redirect(self.url)
        return ""

    @property
    def url(self):
        return f"{self.context.absolute_url()}/@@hoard-outbox"

    @property
    def is_active(self):
        return not self.states or is_active(self.context)

    @property
    def runs_here(self):
        return startup.running is not None

    @property
    def confirmed_count(self):
        """What a confirmed discard would remove."""
        if self.id:
            return 1
        return {one.name: one.parked for one in self.states}.get(self.target, 0)

    def time(self, moment):
        return localized(moment, self.context, self.request) if moment else ""

    def waits(self, state):
        """Whether it is left alone for a while after a failure."""
        return bool(state.retry_at and state.retry_at > datetime.now(UTC))

    def parked(self, state):
        """The first entries that are parked."""
        return parked(self.context, state.name, limit=PAGE) if state.parked else []

    def excerpt(self, entry):
        text = json.dumps(entry.body, ensure_ascii=False) if entry.body else ""
        return text[:EXCERPT] + "…" * (len(text) > EXCERPT)


def _text(form, name):
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


@implementer(IControlPanelSection)
class OutboxSection(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Outbox")
    order = 40
    render = ViewPageTemplateFile("templates/outbox_section.pt")

    @property
    def counts(self):
        """``{"pending": n, "parked": n}``, or None: a newer version wrote it."""
        try:
            states = outbox_state(self.context).values()
        except NewerLayout:
            return None
        return {
            "pending": sum(state.pending for state in states),
            "parked": sum(state.parked for state in states),
        }

    @property
    def url(self):
        return f"{self.context.absolute_url()}/@@hoard-outbox"
