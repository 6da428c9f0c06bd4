"""Exports of a ledger, as streams: no row is skipped, memory stays flat."""

from .columns import columns
from .zone import site_zone
from collective.hoard import _
from decimal import Decimal
from persistent import Persistent
import csv
import json


#: Spreadsheets run a cell that begins so as a formula; OWASP, "CSV Injection".
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Rows are joined into chunks of about this many characters.
CHUNK = 64 * 1024


class _Echo:
    """A file for `csv.writer` that hands back what is written."""

    def write(self, text):
        return text


def cell(value):
    """*value* for a spreadsheet cell; text that looks like a formula gets an
    apostrophe in front, numbers are left alone."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def headers(shown, translate):
    """Titles of the columns, made unique by the field id where two are equal."""
    titles = [column.title for column in shown]
    for column in shown:
        title = column.title
        if titles.count(title) > 1:
            title = f"{title} ({column.id})"
        if column.removed:
            title = translate(_("${title} (removed)", mapping={"title": title}))
        yield cell(title)


def csv_rows(ledger, translate=str, excel=False, since=None, until=None):
    """Yield the export as CSV text (RFC 4180), a chunk at a time.

    :param translate: turns message ids into text.
    :param excel: semicolons and a byte order mark, as a double click in
        European spreadsheets wants it.
    """
    shown = columns(ledger)
    zone = site_zone()
    writer = csv.writer(_Echo(), delimiter=";" if excel else ",")
    fixed = (_("Submission"), _("Submitted"), _("User"))
    head = [*(translate(text) for text in fixed), *headers(shown, translate)]
    yield ("\ufeff" if excel else "") + writer.writerow(head)
    lines = (
        writer.writerow(_csv_row(row, shown, translate, zone))
        for row in _passing(ledger.iter_rows(since=since, until=until))
    )
    yield from _chunked(lines)


def _csv_row(row, shown, translate, zone):
    submitted = row.submitted.astimezone(zone).isoformat(" ", "seconds")
    values = row.values
    cells = [column.to_csv(values.get(column.id)) for column in shown]
    return [str(row.key), submitted, cell(row.user_id or ""), *map(cell, cells)]


def jsonl_rows(ledger, since=None, until=None):
    """Yield the export as JSON Lines: one object a row, values by field id."""
    shown = {column.id: column for column in columns(ledger)}
    lines = (
        json.dumps(row_to_json(row, shown), ensure_ascii=False) + "\n"
        for row in _passing(ledger.iter_rows(since=since, until=until))
    )
    yield from _chunked(lines)


def row_to_json(row, shown):
    """A row as JSON data. *shown* maps field ids to columns.

    The key is a string: it has more digits than JavaScript's numbers.
    """
    return {
        "id": str(row.key),
        "submitted": row.submitted.isoformat(timespec="milliseconds"),
        "user": row.user_id,
        "schema": row.schema,
        "revision": row.revision,
        "values": {
            id: shown[id].to_json(value) if id in shown else str(value)
            for id, value in row.values.items()
        },
    }


def _passing(rows):
    """Yield *rows*; the descriptions of files, objects of their own in the
    database, leave memory with the row they belong to."""
    for row in rows:
        yield row
        for value in row.values.values():
            if isinstance(value, Persistent):
                value._p_deactivate()  # Does nothing to a changed object.


def _chunked(lines):
    chunk, size = [], 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(chunk)
            chunk, size = [], 0
    yield "".join(chunk)
