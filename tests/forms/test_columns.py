"""Columns of all schema versions, none left out."""

from collective.hoard.forms.columns import columns
from collective.hoard.forms.export import jsonl_rows
from collective.hoard.ledger._ledger import Ledger
from collective.hoard.ledger._ledger import new_storage
from collective.hoard.ledger.files import store_file
from collective.hoard.ledger.keys import key_time
from datetime import date
from datetime import datetime
from datetime import UTC
from decimal import Decimal
import json
import pytest


pytestmark = pytest.mark.usefixtures("berlin")
COLOURS = [{"value": "red", "title": "Red"}]


def a_ledger(*versions):
    """A ledger without rows whose versions have all been in use."""
    ledger, used = Ledger("uid", new_storage("Form", key_time(1 << 20))), []
    for fields in versions:
        entries = [{"title": f["id"].title(), **f} for f in fields]
        fieldsets = [{"id": "main", "fields": entries}]
        number = ledger.add_schema({"version": 1, "fieldsets": fieldsets})
        used.append(ledger.add({}, schema=number))
    ledger.remove(*used)
    return ledger


def field(id, kind="text", **settings):
    return {"id": id, "kind": kind, **settings}


def test_a_ledger_without_schema_has_no_columns():
    assert columns(a_ledger()) == ()


def test_columns_in_order_of_appearance_with_removed_ones_marked():
    ledger = a_ledger([field("a"), field("b")], [field("c"), field("a")])

    found = [(column.id, column.removed) for column in columns(ledger)]

    assert found == [("a", False), ("b", True), ("c", False)]


def test_a_field_that_came_back_is_not_removed():
    ledger = a_ledger([field("a"), field("b")], [field("b")], [field("a"), field("b")])

    assert [(c.id, c.removed) for c in columns(ledger)] == [("a", False), ("b", False)]


def test_the_newest_title_counts():
    ledger = a_ledger([field("a", title="Old")], [field("a", title="New")])

    assert [column.title for column in columns(ledger)] == ["New"]


def test_text_to_read_is_no_column():
    assert columns(a_ledger([field("a", "static_text", text="x")])) == ()


def test_a_kind_that_is_no_longer_installed_keeps_its_column():
    (column,) = columns(a_ledger([field("a", "spaceship", engines=3)]))

    assert column.display("Enterprise") == "Enterprise"


def stored():
    upload = store_file(b"data", "a.txt", "text/plain")
    return {
        "text": "x",
        "integer": 7,
        "decimal": Decimal("1.50"),
        "yes_no": True,
        "many_of": ("red", "old"),
        "date": date(2026, 1, 2),
        "date_time": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "late": datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        "file": upload,
        "float": 0.5,
        "none": None,
    }


KINDS = (
    "text long_text email url integer decimal yes_no one_of many_of date date_time "
    "file hidden spaceship"
).split()


@pytest.mark.parametrize("name", stored())
@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_another_kind_stops_nothing(kind, name):
    options = {"options": COLOURS} if kind in ("one_of", "many_of") else {}
    (column,) = columns(a_ledger([field("a", kind, **options)]))
    value = stored()[name]

    shown, cell, data = (
        column.display(value),
        column.to_csv(value),
        column.to_json(value),
    )

    assert isinstance(shown, str)
    assert isinstance(cell, (str, int, float, Decimal, type(None)))
    json.dumps(data)
    assert "Persistent" not in f"{shown}{cell}{data}"
    if name == "file":
        assert "a.txt" in f"{shown}" and "a.txt" in f"{cell}" and "a.txt" in str(data)


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_stops_an_export_of_json(kind):
    options = {"options": COLOURS} if kind in ("one_of", "many_of") else {}
    ledger = a_ledger([field(name, kind, **options) for name in stored()])
    ledger.add(stored(), schema=1)
    ledger.add({**stored(), "unheard": Decimal(1)}, schema=1)

    rows = [json.loads(line) for line in "".join(jsonl_rows(ledger)).splitlines()]

    assert len(rows) == 2
    assert [row["values"]["text"] for row in rows] == ["x", "x"]
    assert "1" in [row["values"].get("unheard") for row in rows]
