"""What a row takes, what it refuses, and how values are compared."""

from collective.hoard.ledger.files import store_file
from collective.hoard.ledger.interfaces import LedgerError
from collective.hoard.ledger.interfaces import NotPlain
from collective.hoard.ledger.values import digest
from collective.hoard.ledger.values import plain_values
from collective.hoard.ledger.values import same
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from datetime import UTC
from decimal import Decimal
from persistent.mapping import PersistentMapping
from zope.i18nmessageid import Message
import enum
import pytest


BERLIN = timezone(timedelta(hours=2))


class Colour(enum.IntEnum):
    RED = 1


def nested(depth):
    value = "deep"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "",
        "\x00 🧑‍🚀",
        0,
        -(10**5000),
        1.5,
        True,
        None,
        Decimal("1.50"),
        Decimal("1E+5000"),
        date(2026, 1, 2),
        datetime(2026, 1, 2, tzinfo=UTC),
        time(12, 30),
        (),
        ("a", (1, None)),
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, int) else "int",
)
def test_plain_values_are_kept_as_they_are(value):
    kept = plain_values({"field": value})["field"]
    assert kept == value and type(kept) is type(value)


def test_lists_become_tuples_at_every_level():
    assert plain_values({"f": [1, ["a", []]]}) == {"f": (1, ("a", ()))}


def test_datetimes_are_kept_in_utc():
    kept = plain_values({"f": datetime(2026, 1, 1, 12, tzinfo=BERLIN)})["f"]
    assert kept == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert kept.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        {1, 2},
        b"bytes",
        object(),
        1j,
        float("nan"),
        float("inf"),
        Decimal("nan"),
        Decimal("snan"),
        Decimal("-Infinity"),
        datetime(2026, 1, 1),  # noqa: DTZ001
        datetime(1, 1, 1, tzinfo=BERLIN),
        time(12, tzinfo=UTC),
        "\ud800",
        Message("text", domain="d"),
        Colour.RED,
        PersistentMapping(a=1),
        PersistentMapping(filename="", content_type="", size=0, sha256="", blob="no"),
        nested(9),
        [1, {"a": 1}],
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused_by_name(value):
    with pytest.raises(NotPlain) as refused:
        plain_values({"fine": 1, "field": value})
    assert refused.value.field_id == "field"
    assert "'field'" in str(refused.value)


def test_a_list_that_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(NotPlain, match="nested"):
        plain_values({"field": loop})


@pytest.mark.parametrize("field_id", ["_s", "_", "", 1, None, b"x", "\ud800"])
def test_a_field_id_is_a_string_without_leading_underscore(field_id):
    with pytest.raises(NotPlain):
        plain_values({field_id: 1})


def test_a_refusal_is_what_callers_already_catch():
    assert issubclass(NotPlain, TypeError) and issubclass(NotPlain, LedgerError)


@pytest.mark.parametrize(
    "one,other",
    [
        (1, True),
        (1, 1.0),
        (0, None),
        ("1", 1),
        (Decimal("1.0"), Decimal("1")),
        (("a", "b"), ("ab",)),
        (("a", ("b",)), (("a",), "b")),
        ((), ""),
        (date(2026, 1, 1), "datetime.date(2026, 1, 1)"),
    ],
)
def test_values_that_only_look_alike_differ(one, other):
    assert not same(one, other)
    assert digest({"f": one}) != digest({"f": other})


def test_the_digest_ignores_the_order_of_fields():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_the_digest_tells_field_ids_from_values():
    assert digest({"a": "b"}) != digest({"b": "a"})
    assert digest({"a": "bc"}) != digest({"ab": "c"})


def test_the_digest_is_the_same_on_every_machine_and_forever():
    """Stored digests are compared with new ones: this number must not change."""
    values = {"name": "Ada", "age": 36, "born": date(1815, 12, 10), "tags": ("x",)}
    assert digest(values) == 1159543858661314343


def test_files_are_compared_by_content_and_name():
    one, twin = (store_file(b"same", "a.txt", "text/plain") for _ in range(2))
    other = store_file(b"else", "a.txt", "text/plain")
    renamed = store_file(b"same", "b.txt", "text/plain")

    assert same(one, twin)
    assert not same(one, other)
    assert not same(one, renamed)
