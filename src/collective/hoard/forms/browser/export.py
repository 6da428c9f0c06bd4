"""The export: all submissions, or those of a span of time, as a file."""

from ..asking import read
from ..columns import written_by_newer
from ..export import csv_rows
from ..export import jsonl_rows
from ..stream import LedgerStream
from ..zone import site_zone
from .download import protect
from .receiver import Receiver
from collective.hoard import _
from datetime import datetime
from functools import partial
from zope.component import getUtility
from zope.component.hooks import getSite
from zope.i18n import translate
from zope.i18n.interfaces import INegotiator
from zope.i18n.interfaces import ITranslationDomain


#: Format: file name ending, content type.
FORMATS = {
    "csv": ("csv", "text/csv; charset=utf-8; header=present"),
    "csv-excel": ("csv", "text/csv; charset=utf-8; header=present"),
    "jsonl": ("jsonl", "application/x-ndjson; charset=utf-8"),
}
UNKNOWN_FORMAT = _(
    "There is no such format. Choose one of: ${formats}",
    mapping={"formats": ", ".join(FORMATS)},
)
NEWER_CSV = _(
    "This form was changed with a newer version of collective.hoard than this site "
    "has, so a table could lack columns. Update collective.hoard on this site, or "
    "choose JSON Lines, which has every value."
)
NOTHING = _("This form has no submissions yet, so there is nothing to export.")


class Export(Receiver):
    """``@@hoard-export?format=csv|csv-excel|jsonl&since=DATE&until=DATE``"""

    def answer(self):
        asked, problems = read(self.request.form)
        format = self.request.form.get("format", "csv")
        refused = refusal(self.ledger, format) or self._bad_time(problems)
        if refused:
            return self.notice(refused, status=400)
        response = self.request.response
        prepare(response, self.context.getId(), format)
        return stream(self.ledger, format, self.request, asked.since, asked.until)

    def _bad_time(self, problems):
        for name in ("since", "until"):
            if name in problems:
                problem = self.translate(problems[name])
                names = {"name": name, "problem": problem}
                return _(
                    "“${name}” in the address cannot be used. ${problem}", mapping=names
                )
        return None


def refusal(ledger, format):
    """Why *ledger* cannot be exported so, or None."""
    if not isinstance(format, str) or format not in FORMATS:
        return UNKNOWN_FORMAT
    if ledger is None:
        return NOTHING
    if format != "jsonl" and written_by_newer(ledger):
        return NEWER_CSV
    return None


def prepare(response, name, format):
    """Set the headers of an export."""
    ending, content_type = FORMATS[format]
    today = datetime.now(site_zone()).date().isoformat()
    response.setHeader("Content-Type", content_type)
    protect(response, f"{name}-{today}.{ending}")


def stream(ledger, format, request, since=None, until=None):
    """The body of an export, a `LedgerStream`."""
    if format == "jsonl":
        write = partial(jsonl_rows, since=since, until=until)
    else:
        write = partial(
            csv_rows,
            translate=partial(translate, target_language=language(request)),
            excel=format == "csv-excel",
            since=since,
            until=until,
        )
    return LedgerStream(getSite(), ledger.form_uid, write)


def language(request):
    """The language of our texts for who sent *request*, or None."""
    ours = getUtility(ITranslationDomain, "collective.hoard").getCatalogsInfo()
    return getUtility(INegotiator).getLanguage(list(ours), request)
