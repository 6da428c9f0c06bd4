"""The scripts for ``bin/instance run``, on databases that are open."""

from collective.hoard.migration import running
from collective.hoard.migration.scripts import analyze
from collective.hoard.migration.scripts import convert
from collective.hoard.migration.scripts import verify
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
import pytest
import shutil


@pytest.fixture
def opened(tmp_path):
    """Called with a file: the root object of an open database."""
    databases = []

    def open_file(path, **options):
        db = DB(FileStorage(str(path), **options))
        databases.append(db)
        return db.open().root()

    yield open_file
    for db in databases:
        db.close()


def test_verifying_a_running_database(sample, opened, capsys):
    one = sample("public_zodb5")
    one.convert()
    app = opened(one.destination, blob_dir=str(one.destination_blobs))

    assert verify.main(app) == 0

    out = capsys.readouterr().out
    assert "objects loaded" in out
    assert "hoardapp.models.Doc" in out  # a class that is not here is named


def test_analyzing_a_running_storage(sample, opened, tmp_path, capsys):
    one = sample("dates_zodb5")
    path = tmp_path / "running.fs"
    shutil.copy(one.source, path)
    with open(path, "r+b") as stream:  # as RelStorage: nothing says Python 2
        stream.write(b"FS30")

    app = opened(path)

    assert analyze.main(app) == 0
    assert "No problems" in capsys.readouterr().out


def test_converting_with_the_classes_of_the_site(sample, opened, tmp_path, capsys):
    one = sample("dates_zodb3")
    app = opened(tmp_path / "site.fs")

    status = convert.main(app, [str(one.source), str(one.destination)])

    assert status == 0
    assert "objects loaded" in capsys.readouterr().out


def test_an_object_that_does_not_load_is_named(python2_file, opened):
    path = python2_file({0: b"cpersistent.mapping\nPersistentMapping\n.N.", 1: b"junk"})
    with open(path, "r+b") as stream:
        stream.write(b"FS30")

    report = running.load_all(opened(path)._p_jar.db())

    assert report.codes["does-not-load"] >= 1
