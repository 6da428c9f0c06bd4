"""What can be done with the ledger of a form that is gone: export, delete."""

from ..forms.browser.export import prepare
from ..forms.browser.export import refusal
from ..forms.browser.export import stream
from ..forms.rights import DELETE
from ..forms.rights import demand
from ..forms.rights import EXPORT
from ..forms.zone import localized
from ..ledger import get_ledger
from ..ledger import remove_ledger
from ..ledger.interfaces import LedgerMissing
from ..ledger.interfaces import NewerLayout
from ..ledger.keys import key_time
from ..search.marking import forget_collection
from ..watch.metering.removed import ledger_removed
from .ledgers import find_form
from collective.hoard import _
from plone.protect import CheckAuthenticator
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage


MISSING = _("There is no form with that number whose submissions are kept here.")
NEWER = _(
    "A newer version of collective.hoard stored these submissions. Update "
    "collective.hoard on this site."
)
STILL_THERE = _(
    "The form of these submissions is still there. Delete the submissions on the "
    "page of the form."
)


class _LedgerView(BrowserView):
    """A page about the ledger that ``uid`` names."""

    def __call__(self):
        self.request.response.setHeader("Cache-Control", "private, no-store")
        uid = self.request.form.get("uid")
        try:
            self.ledger = get_ledger(self.context, uid if isinstance(uid, str) else "")
        except LedgerMissing:
            return self.back(MISSING)
        except NewerLayout:
            return self.back(NEWER)
        return self.answer()

    @property
    def panel_url(self):
        return f"{self.context.absolute_url()}/@@hoard-controlpanel"

    def back(self, message, kind="warning"):
        IStatusMessage(self.request).add(message, type=kind)
        self.request.response.redirect(self.panel_url)
        return ""

    def time(self, key):
        return localized(key_time(key), self.context, self.request)


class ExportLedger(_LedgerView):
    """``@@hoard-ledger-export?uid=UID&format=csv|csv-excel|jsonl``"""

    def answer(self):
        demand(EXPORT, self.context)
        format = self.request.form.get("format", "csv")
        refused = refusal(self.ledger, format)
        if refused:
            return self.back(refused)
        prepare(self.request.response, f"form-{self.ledger.form_uid}", format)
        return stream(self.ledger, format, self.request)


class DeleteLedger(_LedgerView):
    """``@@hoard-ledger-delete?uid=UID``: a page that says what will go; only a
    POST with ``confirm`` and plone.protect's token deletes."""

    index = ViewPageTemplateFile("templates/delete_ledger.pt")

    def answer(self):
        demand(DELETE, self.context)
        if find_form(self.context, self.ledger.form_uid) is not None:
            return self.back(STILL_THERE)
        if self.request.method != "POST" or "confirm" not in self.request.form:
            return self.index()
        CheckAuthenticator(self.request)
        title = self.ledger.title
        ledger_removed(self.context, self.ledger)
        remove_ledger(self.context, self.ledger.form_uid)
        forget_collection(self.context, self.ledger.form_uid)
        done = _(
            "The submissions of “${title}” were deleted.", mapping={"title": title}
        )
        return self.back(done, "info")

    @property
    def count(self):
        return len(self.ledger)
