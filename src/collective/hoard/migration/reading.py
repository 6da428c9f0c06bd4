"""Read a FileStorage of Python 2 without opening it as a storage.

No lock is taken, no index read or written, and damage is a value to go on
after rather than an exception.
"""

from .interfaces import WrongUse
from .layout import Damage
from .layout import MAGIC_PY2
from .layout import MAGIC_PY3
from .layout import MAGIC_SIZE
from .layout import POINTER
from .layout import RECORD
from .layout import Record
from .layout import TRANSACTION
from .layout import Transaction
import fcntl
import os
import re


BLOCK = 1 << 20
NO_DATA = b"\0" * 8


class SourceFile:
    """A FileStorage opened for reading; *size* is fixed when it is opened."""

    def __init__(self, path, magic=MAGIC_PY2):
        self.path = path
        self._fd = _open(path)
        self.size = os.fstat(self._fd).st_size
        self.magic = os.pread(self._fd, MAGIC_SIZE, 0)
        if self.magic != magic:
            os.close(self._fd)
            raise WrongUse(_wrong_magic(path, self.magic))

    def close(self):
        os.close(self._fd)

    def read(self, position, size):
        return os.pread(self._fd, size, position)

    def identity(self):
        """Enough to tell on resuming that this is still the same file."""
        return {
            "size": self.size,
            "head": self.read(0, 64).hex(),
            "tail": self.read(max(0, self.size - 64), 64).hex(),
        }

    def transactions(self, start=MAGIC_SIZE):
        """Yield each `Transaction`, and `Damage` where there is none."""
        position = start
        last_tid = NO_DATA
        while position < self.size:
            found = self._transaction(position, last_tid)
            if type(found) is Transaction:
                last_tid = found.tid
                if found.status != b"u":  # taken back before it was finished
                    yield found
                position = found.end
                continue
            damage = self._skip(position, found, last_tid)
            yield damage
            position = damage.end

    def _transaction(self, position, last_tid):
        """The transaction at *position*, or why there is none."""
        head = self.read(position, TRANSACTION.size)
        if len(head) < TRANSACTION.size:
            return "the file ends within a transaction's head"
        tid, length, status, users, notes, extras = TRANSACTION.unpack(head)
        last = position + length
        first = position + TRANSACTION.size + users + notes + extras
        if status not in b" upc":
            return f"status {status!r}"
        if last < first:
            return "a transaction shorter than its own head"
        if last + 8 > self.size:
            return "the file ends within a transaction"
        if status == b"c":
            return "a transaction that was never finished"
        if tid <= last_tid:
            return "a transaction older than the one before"
        if self.read(last, 8) != POINTER.pack(length):
            return "the lengths of a transaction disagree"
        text = self.read(position + TRANSACTION.size, users + notes + extras)
        return Transaction(
            position,
            tid,
            status,
            text[:users],
            text[users : users + notes],
            text[users + notes :],
            first,
            last,
            last + 8,
        )

    def _skip(self, position, error, last_tid):
        """The damage at *position*, up to the next whole transaction."""
        for candidate in self._candidates(position + 1):
            if type(self._transaction(candidate, last_tid)) is Transaction:
                return Damage(position, candidate, error)
        # Nothing whole follows: what a crash or a copy in mid-write leaves.
        return Damage(position, self.size, error, truncated=True)

    def _candidates(self, start):
        """Positions that might begin a transaction: time, small length, status."""
        pattern = re.compile(rb"(?=[\x02-\x06].{7}\0\0.{6}[ p]\0)", re.DOTALL)
        overlap = TRANSACTION.size
        while start < self.size:
            block = self.read(start, BLOCK + overlap)
            for match in pattern.finditer(block):
                if match.start() < BLOCK:
                    yield start + match.start()
            start += BLOCK

    def records(self, transaction):
        """Yield each `Record` of a transaction, and `Damage` at a broken one."""
        yield from self.records_between(
            transaction.first, transaction.last, transaction
        )

    def records_between(self, first, last, transaction):
        """The same for a part of a transaction that begins with a record."""
        block, base = b"", first
        position = first
        while position < last:
            at = position - base
            if at + RECORD.size > len(block):
                block, base, at = (
                    self.read(position, min(BLOCK, last - position)),
                    position,
                    0,
                )
            if at + RECORD.size > len(block):
                yield Damage(position, last, "a record cut short")
                return
            oid, tid, _, start, version, size = RECORD.unpack_from(block, at)
            body = position + RECORD.size + (version and version + 8)
            end = body + (size or 8)
            if tid != transaction.tid or start != transaction.position or end > last:
                yield Damage(position, last, "a record that is not of its transaction")
                return
            data = block[body - base : end - base]
            if len(data) < end - body:
                data = self.read(body, end - body)
            if version:
                yield Damage(position, end, f"version {data[:0]!r}")
            elif size:
                yield Record(position, oid, tid, data, 0)
            else:
                yield Record(position, oid, tid, None, POINTER.unpack(data)[0])
            position = end

    def record_at(self, position):
        """The `Record` at a position that an index or a back pointer names.

        :raises ValueError: There is none.
        """
        head = self.read(position, RECORD.size)
        if position < MAGIC_SIZE or len(head) < RECORD.size:
            raise ValueError(f"no record at byte {position}")
        oid, tid, _, _, version, size = RECORD.unpack(head)
        body = self.read(position + RECORD.size, size or 8)
        if version or len(body) < (size or 8):
            raise ValueError(f"no whole record at byte {position}")
        if size:
            return Record(position, oid, tid, body, 0)
        return Record(position, oid, tid, None, POINTER.unpack(body)[0])

    def previous(self, position):
        """Position of the record's previous revision, 0 if there is none."""
        return RECORD.unpack(self.read(position, RECORD.size))[2]

    def data_of(self, record):
        """The pickle of a record, following back pointers; None if undone."""
        seen = 0
        while record.data is None and record.back:
            record = self.record_at(record.back)
            seen += 1
            if seen > 1000:
                raise ValueError("back pointers that go in a circle")
        return record.data


def _open(path):
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise WrongUse(f"There is no file {path}.") from None
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}.") from error


def _wrong_magic(path, magic):
    if magic == MAGIC_PY3:
        return f"{path} is a Data.fs of Python 3 already; there is nothing to convert."
    if magic == MAGIC_PY2:
        return f"{path} is a Data.fs of Python 2; convert it first."
    return (
        f"{path} is no Data.fs: it starts with {magic!r}."
        " Give a FileStorage of Python 2 or a ZConfig file that names storages."
    )


def refuse_if_in_use(path):
    """Stop before reading a file that a running Zope may write or pack.

    :raises WrongUse: Its lock file is held.
    """
    try:
        fd = os.open(f"{path}.lock", os.O_RDONLY)
    except OSError:
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WrongUse(
            f"{path} is in use by a running Zope. Stop it, or convert a copy"
            " made with repozo."
        ) from None
    finally:
        os.close(fd)
