"""Sample databases of Python 2, and a judge for what became of them."""

from collective.hoard.migration.command import main
from pathlib import Path
from ZODB.Connection import TransactionMetaData
from ZODB.FileStorage import FileStorage
import gzip
import hashlib
import importlib.util
import json
import pytest
import shutil


HERE = Path(__file__).parent
DATA = HERE / "data"


def load_checker():
    spec = importlib.util.spec_from_file_location(
        "check_py2data", HERE / "check_py2data.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Sample:
    """One sample database, copied to a folder of its own."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.source = folder / "source" / f"{name}.fs"
        self.source.parent.mkdir()
        shutil.copy(DATA / f"{name}.fs", self.source)
        with gzip.open(DATA / f"{name}.json.gz") as stream:
            self.manifest = json.load(stream)
        self.blobs = None
        if (DATA / f"{name}.blobs").is_dir():
            self.blobs = folder / "source" / "blobs"
            shutil.copytree(DATA / f"{name}.blobs", self.blobs)
        self.rules = folder / "rules.toml"
        self.rules.write_text("\n".join(_rule_lines(self.manifest["rules"])))
        self.destination = folder / "Data.fs"
        self.destination_blobs = folder / "blobs"

    def arguments(self, *more):
        given = ["convert", str(self.source), str(self.destination)]
        given += ["--rules", str(self.rules)]
        if self.blobs:
            given += ["--blobs", str(self.blobs)]
            given += ["--destination-blobs", str(self.destination_blobs)]
        return [*given, *more]

    def convert(self, *more):
        """The exit status of a conversion."""
        return main(self.arguments(*more))

    def judged(self):
        blobs = str(self.destination_blobs) if self.blobs else None
        return load_checker().run(str(self.destination), self.manifest, blobs)

    def state(self):
        """Names and checksums of everything in the source's folder."""
        return {
            str(path.relative_to(self.source.parent)): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in self.source.parent.rglob("*")
            if path.is_file()
        }


def _rule_lines(rules):
    from collective.hoard.migration.manifest_rules import rule_file

    return rule_file(rules)


@pytest.fixture
def judge():
    """Called with a file, a manifest and a blob folder: the checker's report."""

    def run(path, manifest, blobs=None):
        return load_checker().run(str(path), manifest, blobs and str(blobs))

    return run


@pytest.fixture
def sample(tmp_path):
    """Called with the name of a sample: a `Sample`."""
    return lambda name: Sample(name, tmp_path)


@pytest.fixture
def python2_file(tmp_path):
    """Called with transactions, each ``{oid number: record}``: a file's path."""

    def write(*transactions, name="made.fs"):
        path = tmp_path / name
        storage = FileStorage(str(path))
        serials = {}
        for records in transactions:
            meta = TransactionMetaData()
            storage.tpc_begin(meta)
            for number, data in records.items():
                oid = number.to_bytes(8)
                storage.store(oid, serials.get(oid, b"\0" * 8), data, "", meta)
            storage.tpc_vote(meta)
            storage.tpc_finish(meta)
            for number in records:
                serials[number.to_bytes(8)] = storage.lastTransaction()
        storage.close()
        for suffix in (".index", ".lock", ".tmp"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with open(path, "r+b") as stream:
            stream.write(b"FS21")
        return path

    return write
