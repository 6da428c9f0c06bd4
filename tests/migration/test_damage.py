"""Broken input: a clear message, the right exit status, nothing lost that is whole."""

from collective.hoard.migration.command import main
from pathlib import Path
from struct import pack
from ZODB.FileStorage.FileStorage import FileIterator
import fcntl
import json
import os
import pytest


ROOT = b"cpersistent.mapping\nPersistentMapping\nq\x01.}q\x02U\x04dataq\x03}q\x04s."


def doc(state):
    return b"capp\nDoc\nq\x01." + state


def title(raw):
    return doc(b"}U\x05titleU" + bytes([len(raw)]) + raw + b"s.")


@pytest.fixture
def convert(tmp_path):
    """Convert a file; the exit status and the report as a dict."""

    def run(source, *more):
        out = tmp_path / "report.json"
        status = main(
            [
                "convert",
                str(source),
                str(tmp_path / "out.fs"),
                "--json",
                str(out),
                *more,
            ]
        )
        return status, json.loads(out.read_text()) if out.exists() else None

    return run


def records(path):
    iterator = FileIterator(str(path))
    found = {(r.oid[-1], t.tid): r.data for t in iterator for r in t}
    iterator.close()
    return found


@pytest.mark.parametrize(
    "content,message",
    [
        (b"", "no Data.fs"),
        (b"FS30" + b"\0" * 50, "Python 3 already"),
        (b"PK\3\4 something else", "no Data.fs"),
    ],
)
def test_what_is_no_source_is_refused(tmp_path, capsys, convert, content, message):
    source = tmp_path / "wrong.fs"
    source.write_bytes(content)

    assert convert(source) == (2, None)
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.fs").exists()


def test_a_missing_source_is_refused(tmp_path, capsys, convert):
    assert convert(tmp_path / "nowhere.fs") == (2, None)
    assert "There is no file" in capsys.readouterr().err


def test_a_destination_is_never_overwritten(tmp_path, capsys, python2_file, convert):
    (tmp_path / "out.fs").write_text("precious")

    assert convert(python2_file({0: ROOT})) == (2, None)
    assert (tmp_path / "out.fs").read_text() == "precious"
    assert "never overwritten" in capsys.readouterr().err


def test_a_destination_folder_must_exist(tmp_path, capsys, python2_file):
    source = python2_file({0: ROOT})

    assert main(["convert", str(source), str(tmp_path / "no" / "out.fs")]) == 2
    assert "no folder" in capsys.readouterr().err


def test_a_file_in_use_is_refused(capsys, python2_file, convert):
    source = python2_file({0: ROOT})
    lock = open(f"{source}.lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)

    assert convert(source) == (2, None)
    assert "in use" in capsys.readouterr().err
    lock.close()


def test_a_left_over_lock_file_does_not_matter(python2_file, convert):
    source = python2_file({0: ROOT})
    Path(f"{source}.lock").touch()

    assert convert(source)[0] == 0


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00\x01\x02 no pickle at all",
        b"capp\nDoc\n.",  # no state
        doc(b"}U\xffcut off."),
        doc(b"tttt."),
        doc(b"h\x63."),  # from an empty memo
        doc(b"\x80\x04}."),
        doc(b"T\xff\xff\xff\x7fshort."),
        doc(b"X\xff\xff\xff\xffshort."),
        doc(b"]q\x01r\xff\xff\xff\xff."),  # a memo of 4 billion
        doc(b"\x8b\xff\xff\xff\x7f."),
        doc(b"(" * 10000),
    ],
)
def test_a_garbage_record_is_named_and_the_rest_converted(
    python2_file, convert, tmp_path, garbage
):
    source = python2_file({0: ROOT}, {1: garbage or b"x", 2: title(b"\xc3\xa4")})

    status, report = convert(source)

    assert status == 1
    codes = ("unreadable-record", "does-not-load")
    named = {f["oid"] for f in report["findings"] if f["code"] in codes}
    assert named == {"0x0000000000000001"}
    kept = {oid: data for (oid, _), data in records(tmp_path / "out.fs").items()}
    assert kept[1].removeprefix(b"\x80\x03")[:9] == (garbage or b"x")[:9]
    assert b"X\x02\0\0\0\xc3\xa4" in kept[2]


@pytest.mark.parametrize("opened,closed", [(b"(", b"l"), (b"(", b"t"), (b"]", b"a")])
def test_deep_nesting_is_converted(python2_file, convert, opened, closed):
    depth = 200_000
    state = doc(opened * depth + b"U\x02\xc3\xa4" + closed * depth + b".")
    source = python2_file({0: ROOT, 1: state})

    status, report = convert(source, "--no-verify")

    assert status == 0, report


def test_a_truncated_file_keeps_what_is_whole(python2_file, convert, tmp_path):
    source = python2_file({0: ROOT}, {1: title(b"a")}, {2: title(b"b")})
    os.truncate(source, source.stat().st_size - 30)

    status, report = convert(source)

    assert status == 1
    assert report["codes"]["truncated-file"] == 1
    assert {oid for oid, _ in records(tmp_path / "out.fs")} == {0, 1}


def test_damage_in_the_middle_costs_one_transaction(python2_file, convert, tmp_path):
    source = python2_file({0: ROOT}, {1: title(b"damaged")}, {2: title(b"\xc3\xa4")})
    content = source.read_bytes()
    at = content.index(b"damaged") - 80
    source.write_bytes(content[:at] + b"\xee" * 40 + content[at + 40 :])

    status, report = convert(source)

    assert status == 1
    assert report["codes"]["damaged-file"] >= 1
    assert {0, 2} <= {oid for oid, _ in records(tmp_path / "out.fs")}


@pytest.mark.parametrize("seed", range(40))
def test_any_flipped_byte_is_survived(python2_file, convert, tmp_path, seed):
    source = python2_file({0: ROOT}, {1: title(b"one"), 2: title(b"two")}, {3: ROOT})
    content = bytearray(source.read_bytes())
    at = 4 + seed * (len(content) - 4) // 40
    content[at] ^= 0xFF
    source.write_bytes(content)

    status, report = convert(source)

    assert status in (0, 1)
    FileIterator(str(tmp_path / "out.fs")).close()


def test_a_missing_blob_is_named(sample, tmp_path, capsys):
    one = sample("public_zodb5")
    blob = next(one.blobs.rglob("*.blob"))
    blob.unlink()

    assert one.convert() == 1
    assert str(blob) in capsys.readouterr().out


def test_blobs_on_another_file_system_are_copied(sample, monkeypatch):
    one = sample("public_zodb5")

    def refuse(*args):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)

    assert one.convert() == 0
    assert one.judged()["blobs"] == {"right": 2}


def test_blobs_left_where_they_are_are_mentioned(sample, capsys):
    one = sample("public_zodb5")
    one.blobs = None

    assert one.convert() == 0
    assert "old blob folder fits" in capsys.readouterr().out


def test_one_blob_folder_alone_is_refused(sample, capsys):
    one = sample("dates_zodb5")

    assert one.convert("--blobs", str(one.folder)) == 2
    assert "or neither" in capsys.readouterr().err


def test_a_reference_as_a_line_of_text(python2_file, convert, tmp_path):
    oid = pack(">Q", 2).replace(b"\n", b"x")
    state = doc(b"(dp1\nS'up'\nP" + oid + b"\ns.")
    source = python2_file({0: ROOT, 1: state, 2: ROOT})

    status, report = convert(source)

    assert status == 0
    assert report["counts"]["verified references"] == 1
