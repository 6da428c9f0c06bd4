"""All hits of a search as CSV or JSON Lines, streamed in constant memory."""

from ..forms.columns import columns
from ..forms.export import cell
from ..forms.export import chunked
from ..forms.export import csv_line
from ..forms.export import LINE_ENDS
from ..forms.export import row_to_json
from ..forms.zone import site_zone
from ..ledger import get_ledger
from ..ledger.interfaces import LedgerError
from ..ledger.interfaces import RowMissing
from .backends import current
from .interfaces import IndexUnavailable
from .rows import Rows
from .scan import Scan
from collective.hoard import _
import json


BROKE_OFF = _("The search index broke off here; this export is not complete.")


class ResultExport:
    """What an export needs beyond the request: plain values only.

    :param columns: ``(field id, title)`` pairs of the table.
    """

    def __init__(self, search, translate):
        self._query = search.asked.query
        self._scope = search.scope
        self._scans = search.uses_scan
        self._translate = translate
        titles = {}
        for one in search.collections.values():
            for field in one.fields.values():
                titles.setdefault(field.id, field.title)
        self._titles = titles
        self._forms = {uid: c.title for uid, c in search.collections.items()}

    def csv(self, site):
        """Yield the table as text, a chunk at a time."""
        names = (_("Form"), _("Submission"), _("Submitted"), _("User"))
        head = [cell(self._translate(text)) for text in names]
        head += [cell(title) for title in self._titles.values()]
        zone = site_zone()
        yield csv_line(head, ",")
        yield from chunked(self._csv_line(*found, zone) for found in self._rows(site))

    def _csv_line(self, uid, row, shown, zone):
        if row is None:
            return csv_line([self._translate(BROKE_OFF)], ",")
        made = (
            cell(shown[id].to_csv(row.values.get(id))) if id in shown else ""
            for id in self._titles
        )
        submitted = row.submitted.astimezone(zone).isoformat(" ", "seconds")
        user = cell(row.user_id or "")
        start = [cell(self._forms[uid]), str(row.key), submitted, user]
        return csv_line([*start, *made], ",")

    def jsonl(self, site):
        """Yield one object a line, a chunk at a time."""
        yield from chunked(self._json_line(*found) for found in self._rows(site))

    def _json_line(self, uid, row, shown):
        if row is None:
            data = {"error": self._translate(BROKE_OFF)}
        else:
            data = {"form": uid, **row_to_json(row, shown)}
        return json.dumps(data, ensure_ascii=False).translate(LINE_ENDS) + "\n"

    def _rows(self, site):
        """``(uid, row, columns)``; row None where the index broke off."""
        ledgers, shown = {}, {}
        for uid in self._scope.uids:
            try:
                ledgers[uid] = get_ledger(site, uid)
            except LedgerError:
                continue
            shown[uid] = {column.id: column for column in columns(ledgers[uid])}
        try:
            for hit in self._hits(site, ledgers):
                try:
                    yield hit.uid, ledgers[hit.uid].get(hit.key), shown[hit.uid]
                except (KeyError, RowMissing):
                    continue
        except IndexUnavailable:
            yield "", None, {}

    def _hits(self, site, ledgers):
        if self._scans:
            collections = {uid: Rows(ledger) for uid, ledger in ledgers.items()}
            return Scan(collections).stream(self._query, self._scope)
        return current(site).stream(self._query, self._scope)
