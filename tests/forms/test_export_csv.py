"""Lines of CSV: as the module csv writes them."""

from collective.hoard.forms.export import csv_line
from collective.hoard.forms.export import FORMULA
from hypothesis import given
from hypothesis import strategies as st
import csv
import io
import pytest
import sys


CELLS = st.none() | st.integers() | st.text(alphabet='a=",;\r\n é') | st.text()


@pytest.mark.parametrize("delimiter", [",", ";"])
@given(cells=st.lists(CELLS, min_size=2))
def test_a_line_is_as_the_module_csv_writes_it(delimiter, cells):
    expected = io.StringIO(newline="")
    csv.writer(expected, delimiter=delimiter).writerow(cells)

    assert csv_line(cells, delimiter) == expected.getvalue()


def test_no_formula_begins_with_a_letter_or_digit():
    characters = filter(str.isalnum, map(chr, range(sys.maxunicode + 1)))

    assert not list(filter(FORMULA.match, characters))
