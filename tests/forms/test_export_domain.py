"""Exports: spreadsheets that run nothing, JSON Lines, no row left out."""

from collective.hoard.forms.export import cell
from collective.hoard.forms.export import csv_rows
from collective.hoard.forms.export import jsonl_rows
from datetime import datetime
from datetime import timedelta
from datetime import UTC
from decimal import Decimal
from forms.test_columns import a_ledger
from forms.test_columns import COLOURS
from forms.test_columns import field
import csv
import io
import json
import pytest


pytestmark = pytest.mark.usefixtures("berlin")

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "  \t+1",
    "\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1", "\u202e=1", "＝1", "＋1", "－1",
    "＠A1", " ＝1", "=HYPERLINK(\"http://evil\")", "=cmd|' /C calc'!A0", "−1", "﹣1",
    "﹢1", "﹦1", "﹫1", "\x0b=1", "\u2028=1", "'=1"[1:],
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_a_formula_becomes_text(text):
    assert cell(text) == f"'{text}"


HARMLESS = ["abc", "a=1", "1+1", "", " a", "'=1", "0", "ä", "(1)", "#1", "\u00a0", "  "]


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_other_text_stays_as_it_is(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    "value,expected",
    [(-1, -1), (Decimal("-1.50"), "-1.50"), (Decimal("1E+3"), "1000"), (None, None)],
)
def test_numbers_stay_numbers(value, expected):
    assert cell(value) == expected


def read(ledger, **kw):
    text = "".join(csv_rows(ledger, **kw))
    return list(csv.reader(io.StringIO(text, newline="")))


def test_every_row_is_there_with_the_columns_of_all_versions():
    ledger = a_ledger([field("a"), field("b")], [field("c"), field("a")])
    ledger.add({"a": "1", "b": "2"}, schema=1)
    ledger.add({"a": "3", "c": "4"}, schema=2, user_id="ada")

    head, *rows = read(ledger)
    first, second = sorted(rows, key=lambda row: row[2])

    assert head[3:] == ["A", "B (removed)", "C"]
    assert (first[2:], second[2:]) == (["", "1", "2", ""], ["ada", "3", "", "4"])


def test_nothing_that_somebody_else_named_is_a_formula():
    fields = [
        field("a", title="=1+1"),
        field("b", "one_of", options=[{"value": "x", "title": "=2"}]),
        field("c", "many_of", options=[{"value": "x", "title": "@3"}]),
    ]
    ledger = a_ledger(fields, fields[1:])
    ledger.add({"a": "-x", "b": "x", "c": ("x",)}, schema=1, user_id="+evil")

    cells = [one for row in read(ledger) for one in row]

    assert not [one for one in cells if one.startswith(tuple("=+-@"))]


def test_equal_titles_are_told_apart():
    ledger = a_ledger([field("a", title="Name"), field("b", title="Name"), field("c")])

    assert read(ledger)[0][3:] == ["Name (a)", "Name (b)", "C"]


def test_a_title_like_a_fixed_column_is_told_apart():
    ledger = a_ledger([field("a", title="User"), field("b", title="Submitted")])

    head = read(ledger)[0]
    assert len(set(head)) == len(head)


HARD = ['a"b', "a,b", "a;b", "a\nb", "a\r\nb", "ä\u2028b", '",=1+1', "\\", "' or 1=1"]


@pytest.mark.parametrize("text", HARD, ids=ascii)
@pytest.mark.parametrize("excel", [False, True])
def test_a_cell_comes_back_as_it_was(text, excel):
    ledger = a_ledger([field("a")])
    ledger.add({"a": text}, schema=1)

    exported = "".join(csv_rows(ledger, excel=excel)).removeprefix("\ufeff")
    delimiter = ";" if excel else ","
    rows = list(csv.reader(io.StringIO(exported, newline=""), delimiter=delimiter))

    assert rows[1][3] == text


def test_a_span_of_time():
    ledger = a_ledger([field("a")])
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    for moment in moments:
        ledger.clock = lambda moment=moment: int(moment.timestamp() * 1000)
        ledger.add({"a": str(moment.day)}, schema=1)

    one_day = {"since": moments[1], "until": moments[1] + timedelta(days=1)}

    assert [row[3] for row in read(ledger, **one_day)[1:]] == ["2"]
    assert len(list("".join(jsonl_rows(ledger, **one_day)).splitlines())) == 1


def test_an_empty_export_has_its_header():
    assert read(a_ledger([field("a")]))[0][3:] == ["A"]
    assert "".join(jsonl_rows(a_ledger([field("a")]))) == ""


def test_a_line_of_json_is_one_line_whatever_was_sent():
    ledger = a_ledger([field("a"), field("b", "one_of", options=COLOURS)])
    ledger.add({"a": "a\nb\r\n\u2028\u2029\x85", "b": "red"}, schema=1)

    (line,) = "".join(jsonl_rows(ledger)).splitlines()

    assert json.loads(line)["values"] == {"a": "a\nb\r\n\u2028\u2029\x85", "b": "red"}


def test_keys_survive_javascript():
    ledger = a_ledger([field("a")])
    key = ledger.add({"a": "x"}, schema=1)

    assert json.loads("".join(jsonl_rows(ledger)))["id"] == str(key)
