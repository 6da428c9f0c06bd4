"""Write a large Data.fs as Python 2 would:  migration_generate.py FILE [OBJECTS]

No Python 2 is needed: ZODB writes the objects on Python 3, and each record's
text is turned into what Python 2 stored, opcode by opcode.  180,000 objects
give some 378,000 records and 214 MB: content with native utf-8 strings, text,
packed dates, nested dicts, references, and two catalogue trees.
"""

from BTrees.IOBTree import IOBTree
from BTrees.OOBTree import OOBTree
from collective.hoard.migration.machine import Machine
from persistent import Persistent
from persistent.mapping import PersistentMapping
from struct import pack
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
import datetime
import random
import sys
import transaction
import types


# Text that starts with these stays text, or becomes bytes of one byte a letter.
TEXT, BINARY = "\ue001", "\ue002"
WORDS = (
    "Größe Straße café plain words are most of the text in a site über content"
    " management system Übung Ελλάδα Россия 日本 index catalog"
).split()
DATE = b"cdatetime\ndatetime\n"


class Doc(Persistent):
    pass


class Price:
    pass


for class_ in (Doc, Price):
    class_.__module__ = "bigapp"
    module = sys.modules.setdefault("bigapp", types.ModuleType("bigapp"))
    setattr(module, class_.__name__, class_)


def as_python2(data):
    """A record of Python 3 as Python 2 would have written it."""
    machine = Machine(data)
    machine.read()
    machine.read()
    out, position = [], 0
    for string in machine.strings:
        if string.origin is None:
            out += [data[position : string.start], literal(string.value)]
            position = string.end
    out.append(data[position:])
    data = b"".join(out)
    at = data.find(DATE)
    if at >= 0:
        at = data.index(b"C\n", at)
        data = data[:at] + b"U" + data[at + 1 :]
    return data


def literal(text):
    if text.startswith(TEXT):
        raw = text[1:].encode()
        return b"X" + pack("<I", len(raw)) + raw
    if text.startswith(BINARY):
        raw = text[1:].encode("latin-1")
    else:
        raw = text.encode()
    if len(raw) < 256:
        return b"U" + bytes([len(raw)]) + raw
    return b"T" + pack("<i", len(raw)) + raw


class Python2Storage(FileStorage):
    def store(self, oid, serial, data, version, transaction):
        return super().store(oid, serial, as_python2(data), version, transaction)


def fill(root, count):
    r = random.Random(1)
    paths, meta = OOBTree(), IOBTree()
    root["paths"], root["meta"] = paths, meta
    transaction.commit()
    parent = root
    for i in range(count):
        doc = make(r, i, parent)
        if i % 500 == 0:
            parent = doc
        paths[f"/site/straße/{i:07d}"] = doc
        meta[i] = (doc.id, doc.title, i)
        if i % 2000 == 1999:
            transaction.commit()
    transaction.commit()


def make(r, i, parent):
    doc = Doc()
    doc.id = f"doc-{i}"
    doc.title = " ".join(r.choice(WORDS) for _ in range(5))
    doc.description = TEXT + " ".join(r.choice(WORDS) for _ in range(8))
    doc.body = " ".join(r.choice(WORDS) for _ in range(60))
    doc.created = datetime.datetime(
        2000 + i % 20, 1 + i % 12, 1 + i % 28, i % 24, i % 60, 7, r.randrange(10**6)
    )
    doc.subject = (f"tag{i % 50}", r.choice(WORDS))
    doc.roles = {"admin": ["Owner", "Manager"], f"user{i % 100}": ("Editor",)}
    if i % 10 == 0:
        digest = "".join(chr(r.randrange(256)) for _ in range(20))
        doc.digest = BINARY + digest + "\xff"
    doc.price = Price()
    doc.price.amount, doc.price.currency = i * 3, "EUR"
    doc.history = PersistentMapping({"state": "published", "by": "Jürgen"})
    doc.up = parent
    return doc


def main(path, count=180_000):
    # The cache never lets go: on Python 3 nothing of this could be loaded again.
    db = DB(Python2Storage(path, create=True), cache_size=10**9)
    connection = db.open()
    fill(connection.root(), int(count))
    connection.close()
    db.close()
    with open(path, "r+b") as stream:
        stream.write(b"FS21")


if __name__ == "__main__":
    main(*sys.argv[1:])
