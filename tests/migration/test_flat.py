"""The short way through a record agrees with the machine, or gives it back."""

from collective.hoard.migration import compiled
from collective.hoard.migration.flat import FlatConverter
from collective.hoard.migration.layout import MAGIC_PY2
from collective.hoard.migration.reading import SourceFile
from collective.hoard.migration.records import RecordConverter
from collective.hoard.migration.rules import built_in
from pathlib import Path
import pytest


FILES = sorted((Path(__file__).parent / "data").glob("*.fs"))


@pytest.fixture(params=[FlatConverter, compiled.CompiledFlatConverter])
def quick(request):
    """A converter that takes the short way, in Python and compiled."""
    if request.param is not FlatConverter and not compiled.is_available():
        pytest.skip("the accelerator is not built: there was no C compiler")
    converter = RecordConverter(built_in())
    converter._flat = request.param(built_in(), converter._decider.guess)
    return converter


def records(path):
    source = SourceFile(str(path), MAGIC_PY2)
    for transaction in source.transactions():
        for record in source.records(transaction):
            if record.data:
                yield record.data
    source.close()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_record_of_the_samples(path, quick):
    thorough = RecordConverter(built_in())
    thorough._flat = None
    taken = 0
    for data in records(path):
        short = quick._flat(data)
        if short is not None:
            taken += 1
            converted = thorough.convert(data)
            assert short == converted.data
            assert converted.findings == []
            assert converted.order != "suspect"
            assert thorough.take_seen().binaries <= quick._flat.binaries
    assert taken


@pytest.mark.parametrize(
    "pid",
    [
        b"(U\x08\0\0\0\0\0\0\0\x01(U\x03appU\x03Doctt",
        b"U\x08\0\0\0\0\0\0\0\x01q\x03U\x03appU\x03Doc\x86\x86",
        b"(U\x08\0\0\0\0\0\0\0\x01Nt",
        b"U\x08\0\0\0\0\0\0\0\x01",
        b"]U\x08\0\0\0\0\0\0\0\x01a",
        b"](U\x01w(U\x08\0\0\0\0\0\0\0\x01te",
        b"](U\x01n(U\x05otherU\x08\0\0\0\0\0\0\0\x01te",
    ],
)
def test_no_form_of_reference_keeps_a_native_object_number(pid, quick):
    data = b"capp\nDoc\n.}U\x01r" + pid + b"Qs."

    converted = quick.convert(data)

    assert b"C\x08\0\0\0\0\0\0\0\x01" in converted.data


@pytest.mark.parametrize(
    "marked", [b"X\x01\0\0\0a", b"B\x01\0\0\0a", b"C\x01a"], ids=["X", "B", "C"]
)
def test_native_and_marked_keys_of_one_tree_are_sorted_anew(marked, quick):
    """Python 2 put all native strings before all marked ones."""
    items = "U\x02\u00e9U\x01v".encode() + marked + b"U\x01w"
    data = b"cBTrees.OOBTree\nOOBucket\n.((" + items + b"tt."

    converted = quick.convert(data)

    assert converted.order == "suspect"
