"""RelStorage on PostgreSQL as source and as destination, history-preserving."""

from collective.hoard.migration.command import main
from collective.hoard.migration.staging import load_transaction
from sqlalchemy.engine import make_url
from ZODB.config import storageFromString
from ZODB.FileStorage import FileStorage
import pytest


pytestmark = pytest.mark.services


@pytest.fixture
def relstorage(postgresql, tmp_path):
    """Called for a ZConfig section: an empty storage in a database of its own."""

    def make(name):
        url = make_url(postgresql.create_database())
        dsn = f"dbname={url.database} user={url.username} password={url.password}"
        return (
            "%import relstorage\n<relstorage>\n  keep-history true\n"
            f"  blob-dir {tmp_path / name}\n  shared-blob-dir false\n"
            f"  <postgresql>\n    driver psycopg2\n"
            f"    dsn {dsn} host={url.host} port={url.port}\n"
            "  </postgresql>\n</relstorage>"
        )

    return make


@pytest.fixture
def configured(tmp_path):
    """Called with a name and a section: the path of a configuration."""

    def write(name, section):
        path = tmp_path / f"{name}.conf"
        path.write_text(section)
        return str(path)

    return write


def file_section(path, blobs):
    return f"<filestorage>\n  path {path}\n  blob-dir {blobs}\n</filestorage>"


def copy(source, target):
    """Every transaction, byte for byte."""
    for transaction in source.iterator():
        load_transaction(source, target, transaction)
    source.close()
    target.close()


def test_into_relstorage(sample, relstorage, configured, tmp_path, judge):
    one = sample("public_zodb5")
    source = configured("source", file_section(one.source, one.blobs))
    section = relstorage("cache")
    destination = configured("destination", section)

    assert main(["convert", source, destination, "--rules", str(one.rules)]) == 0
    assert main(["verify", destination]) == 0

    back, blobs = tmp_path / "back.fs", tmp_path / "back.blobs"
    copy(storageFromString(section), FileStorage(str(back), blob_dir=str(blobs)))
    report = judge(back, one.manifest, blobs)
    assert report["bad"] == []
    assert report["summary"]["percent_right"] == 100
    assert report["blobs"] == {"right": 2}
    assert report["history"]["old_revisions"] == {"right": 3}


def test_from_relstorage(sample, relstorage, configured, tmp_path):
    """Nothing in it says that its records are of Python 2."""
    one = sample("public_zodb3")
    python3 = tmp_path / "pretends.fs"
    python3.write_bytes(b"FS30" + one.source.read_bytes()[4:])
    section = relstorage("cache")
    copy(
        FileStorage(str(python3), read_only=True, blob_dir=str(one.blobs)),
        storageFromString(section),
    )
    source = configured("source", section)
    destination = configured(
        "destination", file_section(one.destination, one.destination_blobs)
    )

    assert main(["convert", source, destination, "--rules", str(one.rules)]) == 0

    report = one.judged()
    assert report["bad"] == []
    assert report["summary"]["percent_right"] == 100
