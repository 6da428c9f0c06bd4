"""Storages that are no plain file go through one.

RelStorage and ZEO give and take whole transactions.  What they give is put,
as it is, into a temporary FileStorage; what was converted is loaded into them
from one.  So there is one engine, and one way to interrupt and resume it.
"""

from .interfaces import WrongUse
from .layout import MAGIC_PY2
from .layout import RECORD
from .layout import Transaction
from .writing import DestinationFile
from ZODB.blob import FilesystemHelper
from ZODB.blob import is_blob_record
from ZODB.FileStorage import FileStorage
from ZODB.interfaces import IBlobStorage
import os
import shutil
import tempfile


NOTHING = b"\0" * 8
BLOB = b"cZODB.blob\nBlob\n"


class Stage:
    """The folder beside a destination for what is on its way."""

    def __init__(self, destination, name):
        self.folder = f"{os.fspath(destination)}.hoard-stage"
        self._base = os.path.join(self.folder, name or "main")

    def path(self, what):
        os.makedirs(self.folder, exist_ok=True)
        return f"{self._base}.{what}"

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def fetch(database, stage, magic=MAGIC_PY2):
    """Put a storage's transactions into a file, as they are.

    :param magic: What the file says of itself: Python 2, or 3.

    :return: The file's path and that of its blob folder, or None.
    """
    storage = database.open()
    try:
        return fetch_from(storage, stage, magic)
    finally:
        storage.close()


def fetch_from(storage, stage, magic):
    """The same for a storage that is open, and stays so."""
    path, blobs = stage.path("py2.fs"), stage.path("py2.blobs")
    file = DestinationFile(path, magic=magic)
    try:
        last, _ = file.recover()
        has_blobs = IBlobStorage.providedBy(storage)
        helper = FilesystemHelper(blobs, "bushy") if has_blobs else None
        if helper:
            helper.create()
        for transaction in storage.iterator(_after(last)):
            _fetched(file, storage, transaction, helper)
        file.sync()
    finally:
        file.close()
    return path, blobs if has_blobs else None


def _after(tid):
    return None if tid == NOTHING else (int.from_bytes(tid) + 1).to_bytes(8)


def _fetched(file, storage, transaction, helper):
    extension = transaction.extension_bytes or b""
    head = Transaction(
        0,
        transaction.tid,
        transaction.status.encode() or b" ",
        _bytes(transaction.user),
        _bytes(transaction.description),
        extension,
        0,
        0,
        0,
    )
    data, rows = bytearray(), []
    for record in transaction:
        body = record.data
        rows += [len(data), int.from_bytes(record.oid), 0]
        data += RECORD.pack(record.oid, transaction.tid, 0, 0, 0, len(body or b""))
        data += NOTHING if body is None else body
        if helper and body is not None and BLOB in body[:64]:
            _fetch_blob(storage, helper, record.oid, transaction.tid)
    file.begin(head, extension)
    if rows:
        file.add(data, rows)
    file.end()


def _bytes(text):
    return text.encode("utf-8") if isinstance(text, str) else text


def _fetch_blob(storage, helper, oid, tid):
    target = helper.getBlobFilename(oid, tid)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.exists(target):
        try:
            shutil.copyfile(storage.loadBlob(oid, tid), f"{target}.new")
        except (KeyError, OSError):
            return  # the conversion names a missing blob
        os.replace(f"{target}.new", target)


def check_empty(database, resume):
    """Refuse to mix anything with what is in a storage already.

    :raises WrongUse: It holds transactions, and this is no resumed run.
    """
    storage = database.open()
    try:
        last = storage.lastTransaction() or NOTHING
    finally:
        storage.close()
    if last != NOTHING and not resume:
        raise WrongUse(
            f"The storage {database.name or 'of the configuration'} is not empty and"
            " is never overwritten. Name a new one."
        )


def load_into(database, path, blobs):
    """Load a converted file into a storage; go on where an earlier run was."""
    source = FileStorage(path, read_only=True, blob_dir=blobs)
    storage = database.open()
    try:
        last = storage.lastTransaction() or NOTHING
        for transaction in source.iterator(_after(last)):
            load_transaction(source, storage, transaction)
    finally:
        storage.close()
        source.close()


def load_transaction(source, storage, transaction):
    """Load one transaction, with its blobs and its numbers as they are."""
    storage.tpc_begin(transaction, transaction.tid, transaction.status)
    for record in transaction:
        data = record.data
        if (
            data is not None
            and is_blob_record(data)
            and IBlobStorage.providedBy(source)
        ):
            _load_blob(storage, record, _blob_copy(source, record), transaction)
        else:
            storage.restore(
                record.oid, record.tid, data, "", record.data_txn, transaction
            )
    storage.tpc_vote(transaction)
    storage.tpc_finish(transaction)


def _load_blob(storage, record, name, transaction):
    oid, data = record.oid, record.data
    if hasattr(storage, "restoreBlob"):
        storage.restoreBlob(oid, record.tid, data, name, record.data_txn, transaction)
        return
    # ZEO only knows how to store a blob, on top of the revision before.
    try:
        before = storage.getTid(oid)
    except KeyError:
        before = NOTHING
    storage.storeBlob(oid, before, data, name, "", transaction)


def _blob_copy(source, record):
    """A file that the storage may move away."""
    fd, name = tempfile.mkstemp(dir=os.path.dirname(source.fshelper.base_dir))
    os.close(fd)
    shutil.copyfile(source.loadBlob(record.oid, record.tid), name)
    return name
