"""Every value of real Python 2 databases comes out right."""

from pathlib import Path
from ZODB.FileStorage import FileStorage
from ZODB.POSException import POSKeyError
from ZODB.utils import repr_to_oid
import pytest


NAMES = sorted(path.stem for path in (Path(__file__).parent / "data").glob("*.fs"))
# Made so that no tool could sort it: the report has to say so.
WITH_PROBLEMS = ("variety_",)


def wrong(report):
    summary = report["summary"]
    return {
        "values": report["bad"],
        "leaves": summary["leaves"] - summary["right"],
        "unreadable": report["unreadable"] + report["missing"],
        "trees": report["tree_problems"],
        "blobs": {k: v for k, v in report["blobs"].items() if k != "right"},
        "other": report["extra_unreadable"],
        "classes": report["class_wrong"],
        "regex": {k: v for k, v in report["regex"].items() if k != "loads"},
    }


NOTHING = {
    "values": [],
    "leaves": 0,
    "unreadable": [],
    "trees": {},
    "blobs": {},
    "other": 0,
    "classes": [],
    "regex": {},
}


def expected_status(name):
    return 1 if name.startswith(WITH_PROBLEMS) else 0


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_right_with_history(sample, name):
    one = sample(name)

    status = one.convert("--jobs", "2")

    report = one.judged()
    assert wrong(report) == NOTHING
    history = report["history"]
    kept = history["transactions_expected"]
    assert history["original_transactions_kept"] == kept
    assert history["notes_kept"] == kept
    assert set(history["old_revisions"]) <= {"right"}
    assert status == expected_status(name)


@pytest.mark.parametrize("mode", ["--current", "--pack"])
@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_right_without_history(sample, name, mode):
    one = sample(name)

    status = one.convert(mode, "--jobs", "1")

    report = one.judged()
    assert wrong(report) == NOTHING
    assert status == expected_status(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_source_stays_as_it_was(sample, name):
    one = sample(name)
    before = one.state()

    one.convert()

    assert one.state() == before


def test_the_number_of_workers_changes_nothing(sample, tmp_path):
    one = sample("public_zodb5")
    one.convert("--jobs", "1")
    first = one.destination.read_bytes()
    one.destination.unlink()

    one.convert("--jobs", "3")

    assert one.destination.read_bytes() == first


def test_the_result_is_hardly_larger(sample):
    one = sample("public_zodb3")

    one.convert("--current")

    assert one.destination.stat().st_size < 1.2 * one.source.stat().st_size


def test_packing_drops_what_nothing_refers_to(sample):
    one = sample("public_zodb5")
    (garbage,) = [o for o, v in one.manifest["objects"].items() if v.get("garbage")]

    one.convert("--pack")

    storage = FileStorage(str(one.destination), read_only=True)
    with pytest.raises(POSKeyError):
        storage.load(repr_to_oid(garbage))
    storage.close()
