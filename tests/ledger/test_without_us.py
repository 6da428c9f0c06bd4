"""Every submission can be read by bare ZODB, without this package and without Plone."""

from collective.hoard.ledger import create_ledger
from collective.hoard.ledger import store_file
from datetime import date
from datetime import datetime
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from persistent import Persistent
from types import ModuleType
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
import os
import pytest
import re
import subprocess
import sys
import transaction


LAYOUT = Path(__file__).parents[2] / "docs" / "explanation" / "data-layout.md"
#: What the reading process must not be able to import.
ABSENT = ("collective", "plone", "Products", "OFS", "zope.annotation", "somewhere")
BLOCK = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in {ABSENT}):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
"""


def script():
    """The only Python block of the page."""
    blocks = re.findall(r"```python\n(.*?)```", LAYOUT.read_text(), re.DOTALL)
    assert len(blocks) == 1
    return blocks[0]


@pytest.fixture
def somewhere(monkeypatch):
    """A module with classes as an application has them, gone for the reader."""
    module = ModuleType("somewhere")
    for name in ("Application", "Site", "Plain"):
        base = object if name == "Plain" else Persistent
        setattr(module, name, type(name, (base,), {"__module__": "somewhere"}))
    monkeypatch.setitem(sys.modules, "somewhere", module)
    provideAdapter(AttributeAnnotations, (module.Site,))
    return module


@pytest.fixture
def rows():
    return [
        {
            "name": f"visitor {number}",
            "age": number,
            "price": Decimal("1.50"),
            "born": date(1980, 1, 2),
            "came": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "agree": True,
            "nothing": None,
            "many": ("a", "b"),
        }
        for number in range(60)
    ]


@pytest.fixture
def database(tmp_path, somewhere, rows):
    """A FileStorage with 60 rows and a changed one with a file."""
    db = DB(FileStorage(str(tmp_path / "Data.fs"), blob_dir=str(tmp_path / "blobs")))
    connection = db.open()
    application = connection.root()["Application"] = somewhere.Application()
    site = application.hoard = somewhere.Site()
    site.something = somewhere.Plain()
    ledger = create_ledger(site, "form-uid", "Contact")
    ledger.add_schema({"fields": []})
    for values in rows:
        ledger.add(values, schema=1, user_id="ada", token=values["age"])
        transaction.commit()
    doc = store_file(b"the content", "doc.txt", "text/plain")
    key = ledger.add({"doc": doc}, schema=1)
    ledger.change(key, {"name": "with file"}, revision=0, user_id="bob")
    transaction.commit()
    connection.close()
    db.close()
    return tmp_path


def run(source, *arguments):
    return subprocess.run(
        [sys.executable, "-c", BLOCK + source, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )


def test_the_reading_process_really_is_without_us():
    for name in ("collective.hoard.ledger", "plone.api", "somewhere"):
        assert "ModuleNotFoundError" in run(f"import {name}").stderr


def test_the_script_of_the_page_reads_every_submission(database, rows):
    done = run(script(), database / "Data.fs", database / "blobs", "hoard")

    assert done.returncode == 0, done.stderr
    for values in rows:
        for field, value in values.items():
            assert f"{field!r}: {value!r}" in done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) == len(rows) + 2
    assert "'with file'" in lines[-2] and "'bob'" not in lines[0]
    assert lines[-1] == "doc.txt b'the content'"
    assert all(line.startswith("form-uid 20") for line in lines[:-1])


def test_the_script_reads_the_rows_in_order(database, rows):
    done = run(script(), database / "Data.fs", database / "blobs", "hoard")
    keys = [int(key) for key in re.findall(r"\+00:00 (\d+) ", done.stdout)]
    assert len(keys) == len(rows) + 1
    assert keys == sorted(keys)


def test_the_script_has_about_ten_lines():
    lines = [line for line in script().splitlines() if line.strip()]
    assert len([line for line in lines if "import" not in line]) <= 10


def test_nothing_stored_belongs_to_us(database):
    """Every class in the database comes with ZODB, Python or the application."""
    from ZODB.utils import get_pickle_metadata

    storage = FileStorage(str(database / "Data.fs"), read_only=True)
    found = {
        get_pickle_metadata(record.data)[0]
        for part in storage.iterator()
        for record in part
    }
    storage.close()
    assert {name.split(".")[0] for name in found} <= {
        "BTrees",
        "persistent",
        "somewhere",
        "ZODB",
    }
    assert b"collective.hoard.ledger." not in (database / "Data.fs").read_bytes()
