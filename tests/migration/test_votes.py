"""All values of an attribute decide together what a single one cannot tell."""

from collective.hoard.migration.command import main
from collective.hoard.migration.filestorage import Conversion
from collective.hoard.migration.layout import MAGIC_PY3
from collective.hoard.migration.reading import SourceFile
from collective.hoard.migration.stubs import load
import pytest


BY_ACCIDENT = b"\xe4\xf6\xfc accident"  # a checksum that reads as latin-1
ENOUGH = 12


def record(value, attribute=b"digest"):
    state = b"}U" + bytes([len(attribute)]) + attribute
    return b"capp\nDoc\n." + state + b"U" + bytes([len(value)]) + value + b"s."


def checksum(number):
    return b"\xff\x00\x91" + bytes([number]) + b"\x80" * 16


@pytest.fixture
def source(python2_file):
    """One value that reads as text; then, transaction by transaction, binaries."""
    first = {0: b"capp\nRoot\n.}.", 1: record(BY_ACCIDENT)}
    rest = [{2 + n: record(checksum(n))} for n in range(ENOUGH)]
    text = {100: record(b"Stra\xdfe", b"title")}
    return python2_file(first, *rest, text)


def values(path):
    """``{object number: its only attribute's value}``"""
    source = SourceFile(str(path), MAGIC_PY3)
    found = {
        int.from_bytes(record.oid): list(load(record.data)[1].values())
        for transaction in source.transactions()
        for record in source.records(transaction)
    }
    source.close()
    return {number: value[0] for number, value in found.items() if value}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_was_converted_before_the_vote_is_converted_anew(source, tmp_path, jobs):
    out = tmp_path / "out.fs"

    status = main(["convert", str(source), str(out), "--jobs", jobs])

    found = values(out)
    assert status == 0
    assert found[1] == BY_ACCIDENT
    assert found[2] == checksum(0)
    assert found[100] == "Straße"


def test_a_run_killed_after_the_vote_resumes_to_the_same_bytes(
    source, tmp_path, monkeypatch
):
    whole, part = tmp_path / "whole.fs", tmp_path / "part.fs"
    main(["convert", str(source), str(whole)])
    votes = []

    def start_over(self, doubts):
        began(self, doubts)
        votes.append(doubts)

    def take(self, *args):
        if votes and self.report.counts["transactions"] > 5:
            raise KeyboardInterrupt
        taken(self, *args)

    began, taken = Conversion._start_over, Conversion._span
    monkeypatch.setattr(Conversion, "_start_over", start_over)
    monkeypatch.setattr(Conversion, "_span", take)
    assert main(["convert", str(source), str(part)]) == 3
    monkeypatch.undo()

    assert main(["convert", str(source), str(part), "--resume"]) == 0
    assert votes
    assert part.read_bytes() == whole.read_bytes()


def test_few_binaries_outvote_nobody(python2_file, tmp_path):
    source = python2_file(
        {0: b"capp\nRoot\n.}.", 1: record(BY_ACCIDENT), 2: record(checksum(1))}
    )
    out = tmp_path / "out.fs"

    main(["convert", str(source), str(out)])

    assert values(out)[1] == BY_ACCIDENT.decode("latin-1")
