"""Checks from a CSV file: text in, rows out, with problems by line."""

from ..interfaces import Refused
from collective.hoard import _
import csv
import io
import json
import re


MOST_BYTES = 2_000_000
MOST_LINES = 5_000
NUMBERS = ("port", "interval", "slot", "fresh", "grace", "m", "n", "quorum")
COLUMNS = (
    "name", "title", "kind", "host", "address", "port", "interval", "timeout", "slot",
    "fresh", "grace", "policy", "m", "n", "quorum", "reference", "groups", "tags",
    "params",
)  # fmt: skip
#: What stands in a column that is true or false.
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
TOO_LONG = _("The file is larger than ${size} kB or has more than ${lines} lines.")
NO_HEAD = _(
    "The first line must name the columns: ${columns}. Only kind and one of name, host "
    "and address are needed."
)
NO_NUMBER = _("${column} must be a number, not “${value}”.")
NO_FLAG = _("${column} must be true or false, not “${value}”.")
NO_LINES = _("The file has no line below the names of the columns.")
TOO_MANY = _(
    "The line has more cells than the first one names columns. Put text with commas or "
    "semicolons into quotation marks."
)
TOO_WIDE = _("A cell of this line is longer than a check can have.")
NO_JSON = _('params must be a JSON object, such as {"path": "/"}.')


def read_table(text):
    """``(rows, problems)``; *rows* are dicts, problems ``(line, message)``.

    A line with a problem has no row. Lines count from 1, the head included.

    :raises Refused: The file as a whole cannot be read.
    """
    if len(text) > MOST_BYTES:
        raise Refused([("", too_long())])
    text = text.removeprefix("\ufeff").replace("\0", "")
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    sign = max(",;\t", key=first.count)
    # Any ends of lines: some spreadsheets still write a lone CR.
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=sign)
    try:
        lines = [
            (reader.line_num, line) for line in reader if any(map(str.strip, line))
        ]
    except csv.Error as error:
        raise Refused([(reader.line_num, TOO_WIDE)]) from error
    if len(lines) > MOST_LINES:
        raise Refused([("", too_long())])
    head = [name.strip().lower() for name in lines[0][1]] if lines else []
    if "kind" not in head or set(head) - set(COLUMNS) - {""}:
        raise Refused([(1, _(NO_HEAD, mapping={"columns": ", ".join(COLUMNS)}))])
    if len(lines) == 1:
        raise Refused([("", NO_LINES)])
    return rows_of(head, lines[1:])


def too_long():
    numbers = {"size": MOST_BYTES // 1000, "lines": MOST_LINES}
    return _(TOO_LONG, mapping=numbers)


def rows_of(head, lines):
    rows, problems = [], []
    for number, line in lines:
        try:
            if any(map(str.strip, line[len(head) :])):
                raise Refused([("", TOO_MANY)])
            rows.append((number, row_of(dict(zip(head, line, strict=False)))))
        except Refused as refused:
            problems.append((number, refused.problems[0][1]))
    return rows, problems


def row_of(values):
    row = {}
    for key, value in values.items():
        value = value.strip()
        if not key or not value:
            continue
        if key in NUMBERS or key == "timeout":
            row[key] = number(key, value)
        elif key == "params":
            row[key] = params(value)
        elif key == "reference":
            row[key] = flag(key, value)
        else:
            row[key] = value
    return row


def number(column, value):
    try:
        # With the decimal comma of many a spreadsheet, as in the form.
        return float(value.replace(",", ".")) if column == "timeout" else int(value)
    except ValueError as error:
        words = _(NO_NUMBER, mapping={"column": column, "value": value[:50]})
        raise Refused([(column, words)]) from error


def flag(column, value):
    try:
        return FLAGS[value.lower()]
    except KeyError as error:
        words = _(NO_FLAG, mapping={"column": column, "value": value[:50]})
        raise Refused([(column, words)]) from error


def params(value):
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Refused([("params", NO_JSON)]) from error
    if not isinstance(found, dict):
        raise Refused([("params", NO_JSON)])
    return found
