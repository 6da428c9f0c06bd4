"""CSV as spreadsheets and people write it."""

from collective.hoard.watch.interfaces import Refused
from collective.hoard.watch.writing import table
import pytest


HEAD = "kind;host;title;timeout"
LINE = 'https;a.example.org;"Müller; ""Söhne""";2,5'
ROW = {
    "kind": "https",
    "host": "a.example.org",
    "title": 'Müller; "Söhne"',
    "timeout": 2.5,
}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_spreadsheet_is_read(end, mark):
    rows, problems = table.read_table(mark + end.join((HEAD, LINE, "")))

    assert problems == []
    assert rows == [(2, ROW)]


def test_cells_without_a_column_are_not_lost_silently():
    text = "kind,host,title\nhttps,a.example.org,Shop, Berlin\nhttps,b.example.org,,,"

    rows, problems = table.read_table(text)

    assert [number for number, _row in rows] == [3]
    assert problems == [(2, table.TOO_MANY)]


@pytest.mark.parametrize(
    "text,words",
    [
        ("kind,host\n", table.NO_LINES),
        (f"kind,host\nhttps,{'a' * 140_000}\n", table.TOO_WIDE),
    ],
)
def test_a_file_of_no_use_is_refused_in_words(text, words):
    with pytest.raises(Refused) as caught:
        table.read_table(text)

    assert caught.value.problems[0][1] == words
