"""``@@hoard-search-export``: all that was found, of forms that one may export."""

from ...forms.browser.download import protect
from ...forms.browser.export import language
from ...forms.rights import EXPORT
from ...forms.rights import may
from ...forms.stream import SiteStream
from ...forms.zone import site_zone
from ..collections import readable
from ..engine import Search
from ..export import ResultExport
from collective.hoard import _
from datetime import datetime
from functools import partial
from Products.Five import BrowserView
from zope.component.hooks import getSite
from zope.i18n import translate


CSV = "text/csv; charset=utf-8; header=present"
JSONL = "application/x-ndjson; charset=utf-8"
NOTHING = _("There is nothing that you may export.")
UNKNOWN = _("There is no such format. Choose one of: csv, jsonl")


class SiteExport(BrowserView):
    """``?format=csv|jsonl``, and what `results.Results` takes."""

    uids = None

    def __call__(self):
        found = {
            uid: one
            for uid, one in readable(getSite(), self.uids).items()
            if one.form is not None and may(EXPORT, one.form)
        }
        form = self.request.form
        format = form.get("format", "csv")
        if format not in ("csv", "jsonl"):
            return self._refuse(UNKNOWN)
        search = Search(getSite(), found, form, scan=form.get("scan") == "1")
        if not search.collections:
            return self._refuse(NOTHING)
        to = language(self.request)
        export = ResultExport(search, partial(translate, target_language=to))
        today = datetime.now(site_zone()).date().isoformat()
        response = self.request.response
        response.setHeader("Content-Type", CSV if format == "csv" else JSONL)
        protect(response, f"{self.context.getId()}-search-{today}.{format}")
        return SiteStream(getSite(), getattr(export, format))

    def _refuse(self, message):
        response = self.request.response
        response.setStatus(400)
        response.setHeader("Content-Type", "text/plain; charset=utf-8")
        response.setHeader("Cache-Control", "private, no-store")
        return translate(message, context=self.request)


class FormExport(SiteExport):
    """What was found of one form."""

    @property
    def uids(self):
        return [self.context.UID()]
