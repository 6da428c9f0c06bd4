"""Exports of a ledger, as streams: no row is skipped, memory stays flat."""

from .columns import as_json
from .columns import columns
from .interfaces import in_english
from .kinds.text import Text
from .zone import site_zone
from collective.hoard import _
from decimal import Decimal
from functools import partial
from persistent import Persistent
import json
import re


#: Spreadsheets run a cell that begins so as a formula; OWASP, "CSV Injection".
#: Some drop white space and what is invisible first, some read other signs alike.
INVISIBLE = r"\s\xad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
FORMULA = re.compile(rf"[\t\r\n]|[{INVISIBLE}]*[=+\-@＝＋－＠﹦﹢﹣﹫−]")
#: Many programs take these for line ends, which JSON Lines must not have.
LINE_ENDS = {0x85: r"\u0085", 0x2028: r"\u2028", 0x2029: r"\u2029"}
#: Rows are joined into chunks of about this many characters.
CHUNK = 64 * 1024


def cell(value):
    """*value* for a spreadsheet cell; text that looks like a formula gets an
    apostrophe in front, numbers are left alone."""
    if isinstance(value, str) and FORMULA.match(value):
        return f"'{value}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def headers(shown, translate, others=()):
    """Titles of the columns, made unique by the field id where two are equal, or
    where one equals one of *others*."""
    titles = [column.title for column in shown] + list(others)
    for column in shown:
        title = column.title
        if titles.count(title) > 1:
            title = f"{title} ({column.id})"
        if column.removed:
            title = translate(_("${title} (removed)", mapping={"title": title}))
        yield cell(title)


def csv_rows(ledger, translate=in_english, excel=False, since=None, until=None):
    """Yield the export as CSV text (RFC 4180), a chunk at a time.

    :param translate: turns message ids into text.
    :param excel: semicolons and a byte order mark, as a double click in
        European spreadsheets wants it.
    """
    shown = columns(ledger)
    zone = site_zone()
    write = partial(csv_line, delimiter=";" if excel else ",")
    fixed = [translate(text) for text in (_("Submission"), _("Submitted"), _("User"))]
    head = [*fixed, *headers(shown, translate, fixed)]
    yield ("\ufeff" if excel else "") + write(head)
    cells = [(column.id, _cell_maker(column)) for column in shown]
    lines = (
        write(_csv_row(row, cells, zone))
        for row in _passing(ledger.iter_rows(since=since, until=until))
    )
    yield from chunked(lines)


def csv_line(cells, delimiter):
    """A line of CSV (RFC 4180), as the module csv writes it. That one looks at the
    characters one by one; with long texts, this takes a fraction of its time."""
    texts = [v if type(v) is str else "" if v is None else str(v) for v in cells]
    line = delimiter.join(texts)
    if _is_special(line) or line.count(delimiter) >= len(texts):
        line = delimiter.join([_quoted(text, delimiter) for text in texts])
    return f"{line}\r\n"


def _quoted(text, delimiter):
    if _is_special(text) or delimiter in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _is_special(text):
    return '"' in text or "\n" in text or "\r" in text


def _cell_maker(column):
    """A function of a stored value that makes its cell."""

    def make(value):
        return cell(column.to_csv(value))

    def make_of_text(value):
        # Most cells are such text, and no formula begins with a letter or digit.
        return value if type(value) is str and value[:1].isalnum() else make(value)

    is_text = type(column.kind).to_csv is Text.to_csv
    return make_of_text if is_text else make


def _csv_row(row, cells, zone):
    submitted = row.submitted.astimezone(zone).isoformat(" ", "seconds")
    values = row.values
    made = [make(values.get(id)) for id, make in cells]
    return [str(row.key), submitted, cell(row.user_id or ""), *made]


def jsonl_rows(ledger, since=None, until=None):
    """Yield the export as JSON Lines: one object a row, values by field id."""
    shown = {column.id: column for column in columns(ledger)}
    lines = (
        _json_line(row_to_json(row, shown))
        for row in _passing(ledger.iter_rows(since=since, until=until))
    )
    yield from chunked(lines)


def _json_line(data):
    return json.dumps(data, ensure_ascii=False).translate(LINE_ENDS) + "\n"


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
        "values": values_to_json(row.values, shown),
    }


def values_to_json(values, shown):
    """Stored *values* by field id as JSON data. *shown* as in `row_to_json`."""
    return {
        id: shown[id].to_json(value) if id in shown else as_json(value)
        for id, value in values.items()
    }


def _passing(rows):
    """Yield *rows*; the descriptions of files, objects of their own in the
    database, leave memory with the row they belong to."""
    for row in rows:
        yield row
        for value in row.values.values():
            if isinstance(value, Persistent):
                value._p_deactivate()  # Does nothing to a changed object.


def chunked(lines):
    """Join *lines* into texts of about `CHUNK` characters."""
    chunk, size = [], 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(chunk)
            chunk, size = [], 0
    yield "".join(chunk)
