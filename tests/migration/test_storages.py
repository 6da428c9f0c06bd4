"""Databases named by ZConfig files: any kind into any kind, several at once."""

from collective.hoard.migration.command import main
from collective.hoard.migration.staging import load_transaction
from pathlib import Path
from ZODB.config import storageFromString
from ZODB.FileStorage import FileStorage
import gzip
import json
import pytest
import shutil
import ZEO


DATA = Path(__file__).parent / "data"


def configuration(path, *sections):
    path.write_text("\n".join(sections))
    return str(path)


def file_section(name, path, blobs=None):
    blob_line = f"blob-dir {blobs}" if blobs else ""
    return f"<filestorage {name}>\n  path {path}\n  {blob_line}\n</filestorage>"


@pytest.fixture
def zeo(tmp_path):
    """A ZEO server on loopback with an empty storage: a ZConfig section."""
    (tmp_path / "zeo").mkdir()
    storage = FileStorage(
        str(tmp_path / "zeo" / "Data.fs"), blob_dir=str(tmp_path / "zeo" / "blobs")
    )
    storage.close()
    address, stop = ZEO.server(
        storage_conf=f"<filestorage>\n path {tmp_path}/zeo/Data.fs\n"
        f" blob-dir {tmp_path}/zeo/blobs\n</filestorage>",
        threaded=True,
    )
    host, port = address
    cache = tmp_path / "zeo-cache"
    cache.mkdir()
    yield (
        f"%import ZEO\n<clientstorage>\n  server {host}:{port}\n"
        f"  blob-dir {cache}\n  shared-blob-dir false\n</clientstorage>"
    )
    stop()


def test_file_to_file_by_configuration(sample, tmp_path):
    one = sample("public_zodb5")
    source = configuration(
        tmp_path / "source.conf", file_section("", one.source, one.blobs)
    )
    destination = configuration(
        tmp_path / "destination.conf",
        file_section("", one.destination, one.destination_blobs),
    )

    assert main(["convert", source, destination, "--rules", str(one.rules)]) == 0

    report = one.judged()
    assert report["summary"]["percent_right"] == 100
    assert report["blobs"] == {"right": 2}


@pytest.mark.parametrize("kind", ["zodb3", "zodb5"])
def test_databases_that_refer_to_one_another(tmp_path, judge, kind, capsys):
    for name in "ab":
        shutil.copy(DATA / f"cross_{name}_{kind}.fs", tmp_path / f"{name}.fs")
    source = configuration(
        tmp_path / "source.conf",
        *(file_section(name, tmp_path / f"{name}.fs") for name in "ab"),
    )
    destination = configuration(
        tmp_path / "destination.conf",
        *(
            f"<zodb {name}>\n{file_section('', tmp_path / f'{name}-py3.fs')}\n</zodb>"
            for name in "ab"
        ),
    )

    assert main(["convert", source, destination]) == 0

    for name in "ab":
        with gzip.open(DATA / f"cross_{name}_{kind}.json.gz") as stream:
            manifest = json.load(stream)
        report = judge(tmp_path / f"{name}-py3.fs", manifest)
        assert report["bad"] == []
        assert report["summary"]["percent_right"] == 100
    assert "dangling" not in capsys.readouterr().out


def test_a_dangling_reference_to_another_database_is_named(tmp_path, capsys):
    shutil.copy(DATA / "cross_a_zodb5.fs", tmp_path / "a.fs")
    shutil.copy(DATA / "dates_zodb5.fs", tmp_path / "b.fs")
    for side in ("source", "destination"):
        suffix = "" if side == "source" else "-py3"
        configuration(
            tmp_path / f"{side}.conf",
            *(file_section(n, tmp_path / f"{n}{suffix}.fs") for n in "ab"),
        )

    main(["convert", f"{tmp_path}/source.conf", f"{tmp_path}/destination.conf"])

    # b has two objects besides its root; the reference leads to the first.
    assert "verified references" in capsys.readouterr().out


def test_the_same_databases_on_both_sides(tmp_path, sample, capsys):
    one = sample("dates_zodb5")
    source = configuration(tmp_path / "s.conf", file_section("a", one.source))
    destination = configuration(
        tmp_path / "d.conf",
        file_section("a", tmp_path / "a.fs"),
        file_section("b", tmp_path / "b.fs"),
    )

    assert main(["convert", source, destination]) == 2
    assert "have to be the same" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["<filestorage>\n", "<klingon>\n</klingon>\n", "%import nowhere\n<x>\n</x>"]
)
def test_a_wrong_configuration_is_explained(tmp_path, capsys, text):
    path = configuration(tmp_path / "wrong.conf", text)

    assert main(["convert", path, str(tmp_path / "out.fs")]) == 2
    assert "wrong.conf" in capsys.readouterr().err


def test_into_zeo_and_back(sample, tmp_path, zeo, judge):
    one = sample("public_zodb5")
    source = configuration(
        tmp_path / "source.conf", file_section("", one.source, one.blobs)
    )
    server = configuration(tmp_path / "zeo.conf", zeo)

    status = main(["convert", source, server, "--rules", str(one.rules)])

    assert status == 0
    copied = tmp_path / "copied.fs"
    shutil.copy(tmp_path / "zeo" / "Data.fs", copied)
    report = judge(copied, one.manifest, tmp_path / "zeo" / "blobs")
    assert report["bad"] == []
    assert report["blobs"] == {"right": 2}
    assert report["history"]["old_revisions"] == {"right": 3}
    assert main(["verify", server]) == 0


def test_a_storage_that_is_not_empty_is_never_overwritten(
    sample, tmp_path, zeo, capsys
):
    one = sample("dates_zodb5")
    server = configuration(tmp_path / "zeo.conf", zeo)
    main(["convert", str(one.source), server])

    assert main(["convert", str(one.source), server]) == 2
    assert "not empty" in capsys.readouterr().err


def test_from_zeo(sample, tmp_path, zeo):
    """A server hands out records as they are, also those of Python 2."""
    one = sample("public_zodb3")
    python3 = tmp_path / "pretends.fs"
    python3.write_bytes(b"FS30" + one.source.read_bytes()[4:])
    storage = FileStorage(str(python3), read_only=True, blob_dir=str(one.blobs))
    target = storageFromString(zeo)
    for transaction in storage.iterator():
        load_transaction(storage, target, transaction)
    storage.close()
    target.close()
    server = configuration(tmp_path / "zeo.conf", zeo)
    destination = configuration(
        tmp_path / "out.conf",
        file_section("", one.destination, one.destination_blobs),
    )

    assert main(["convert", server, destination, "--rules", str(one.rules)]) == 0

    report = one.judged()
    assert report["bad"] == []
    assert report["summary"]["percent_right"] == 100
