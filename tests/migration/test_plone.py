"""What a Plone 5.2 site of Python 2 holds works in the classes of Plone 6.2.

The catalogue is made with today's classes; each of its records is then written
as Python 2 wrote it.  The patterns are those of Python 2's fnmatch.
"""

from collective.hoard.migration.command import main
from collective.hoard.migration.machine import Machine
from persistent.mapping import PersistentMapping
from Products.ZCatalog.ZCatalog import ZCatalog
from Products.ZCTextIndex.Lexicon import CaseNormalizer
from Products.ZCTextIndex.Lexicon import Splitter
from Products.ZCTextIndex.ZCTextIndex import PLexicon
from Products.ZCTextIndex.ZCTextIndex import ZCTextIndex
from struct import pack
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
import pickle
import pytest
import re
import transaction
import types


def native(text):
    """Opcodes of a native string: word codes are a byte a letter, text is utf-8."""
    # Every code begins with a byte above 0x7f, no word here does.
    codes = text[:1] >= "\x80"
    raw = text.encode("latin-1" if codes else "utf-8")
    if len(raw) < 256:
        return b"U" + bytes([len(raw)]) + raw
    return b"T" + pack("<i", len(raw)) + raw


def as_python2(data):
    machine = Machine(data)
    machine.read()
    machine.read()
    out, position = [], 0
    for string in machine.strings:
        if string.origin is None:
            out += [data[position : string.start], native(string.value)]
            position = string.end
    return b"".join([*out, data[position:]])


class Python2Storage(FileStorage):
    def store(self, oid, serial, data, version, transaction):
        return super().store(oid, serial, as_python2(data), version, transaction)


class OldPattern:
    """Pickled as Python 2.7 pickled ``re.compile(fnmatch.translate(glob))``."""

    def __init__(self, ending):
        self.ending = ending

    def __reduce__(self):
        return re._compile, (f".*\\.{self.ending}\\Z(?ms)", 24)


def catalogue():
    """A catalogue with a text index, and enough words for codes of two bytes."""
    made = ZCatalog("portal_catalog")
    made._setObject("lexicon", PLexicon("lexicon", "", Splitter(), CaseNormalizer()))
    extra = types.SimpleNamespace(
        doc_attr="text", index_type="Okapi BM25 Rank", lexicon_id="lexicon"
    )
    made._catalog.addIndex("text", ZCTextIndex("text", extra, made))
    for number in range(300):
        words = f"wort{number} größe{number % 7} content types are straße"
        if number % 3 == 0:
            words = f"types of content wort{number}"
        document = types.SimpleNamespace(text=words)
        made.catalog_object(document, f"/plone/straße-{number}")
    return made


@pytest.fixture
def migrated(tmp_path):
    """The root object of the database after its migration."""
    source, destination = tmp_path / "Data.fs", tmp_path / "py3.fs"
    db = DB(Python2Storage(str(source)), cache_size=10**6)
    connection = db.open()
    root = connection.root()
    root["catalog"] = catalogue()
    root["globs"] = PersistentMapping(
        {f"*.{e}": (OldPattern(e), f"type/{e}") for e in ("pdf", "jpg", "7z")}
    )
    transaction.commit()
    connection.close()
    db.close()
    for suffix in (".index", ".lock", ".tmp"):
        source.with_name(f"Data.fs{suffix}").unlink(missing_ok=True)
    with open(source, "r+b") as stream:
        stream.write(b"FS21")
    assert main(["convert", str(source), str(destination)]) == 0
    db = DB(FileStorage(str(destination), read_only=True))
    yield db.open().root()
    db.close()


@pytest.mark.parametrize(
    "query,count",
    [
        ('"content types"', 200),
        ('"types of content"', 100),
        ("straße", 200),
        ("größe3", 28),
    ],
)
def test_the_catalogue_answers(migrated, query, count):
    assert len(migrated["catalog"](text=query)) == count


def test_paths_lead_to_their_entries(migrated):
    uids = migrated["catalog"]._catalog.uids

    assert sorted(uids) == list(uids)
    assert all(uids[uid] for uid in uids)
    assert "/plone/straße-7" in uids


def test_patterns_of_mimetypes_load(migrated):
    globs = migrated["globs"]

    for glob, (pattern, mimetype) in globs.items():
        assert pattern.match(f"file{glob[1:]}")
        assert not pattern.match("file.txt")
        assert mimetype == f"type/{glob[2:]}"


def test_the_patterns_would_not_load_as_they_were():
    with pytest.raises(re.error):
        pickle.loads(pickle.dumps(OldPattern("pdf"), 2))
