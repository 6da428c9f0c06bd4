"""Write a FileStorage of Python 3, transaction by transaction.

The file may be cut off at any byte: `recover` finds the last whole transaction
in it, and writing goes on from there as if nothing had happened.
"""

from .layout import Damage
from .layout import MAGIC_PY3
from .layout import MAGIC_SIZE
from .layout import POINTER
from .layout import PREVIOUS_AND_TRANSACTION
from .layout import PREVIOUS_OFFSET
from .layout import RECORD
from .layout import TRANSACTION
from .positions import Positions
from .reading import SourceFile
from collections import Counter
import os


BUFFER = 1 << 20


class DestinationFile:
    """Appends transactions; *positions* knows each object's newest record.

    :param data_of_back: Called with a source position that a record points
        back to; returns ``(oid, tid)`` of the record there.
    """

    def __init__(self, path, data_of_back=None, magic=MAGIC_PY3):
        self.path = path
        folder = os.path.dirname(os.path.abspath(path))
        self.positions = Positions(folder)
        self._magic = magic
        fresh = not os.path.exists(path)
        self._file = open(path, "w+b" if fresh else "r+b", buffering=BUFFER)  # noqa: SIM115
        self._data_of_back = data_of_back
        self._start = None
        self.last_tid = b"\0" * 8
        if fresh:
            self._file.write(magic)
        self.position = MAGIC_SIZE

    def close(self):
        self._file.close()
        self.positions.close()

    def sync(self):
        self._file.flush()
        os.fsync(self._file.fileno())

    def recover(self):
        """Cut off what is not a whole transaction.

        :return: The last tid that is left, and what is counted up to it.
        """
        counts = Counter()
        self._file.flush()
        reader = SourceFile(self.path, self._magic)
        try:
            for found in reader.transactions():
                if type(found) is Damage:
                    break
                counts["transactions"] += 1
                counts["records"] += self._learn(reader, found)
                self.position = found.end
                self.last_tid = found.tid
        finally:
            reader.close()
        self._file.truncate(self.position)
        self._file.seek(self.position)
        return self.last_tid, counts

    def _learn(self, reader, transaction):
        position = transaction.first
        count = 0
        while position < transaction.last:
            oid, *_, size = RECORD.unpack(reader.read(position, RECORD.size))
            self.positions.set(oid, position)
            position += RECORD.size + (size or 8)
            count += 1
        return count

    @property
    def is_open(self):
        """Is a transaction being written?"""
        return self._start is not None

    def begin(self, transaction, extension):
        """Start a transaction like *transaction*, with another extension."""
        self._start = self.position
        # "c" until it is whole: nobody reads an unfinished transaction.
        head = TRANSACTION.pack(
            transaction.tid,
            0,
            b"c",
            len(transaction.user),
            len(transaction.description),
            len(extension),
        )
        self._head = transaction, extension
        self._write(head + transaction.user + transaction.description + extension)

    def add(self, data, rows):
        """Append converted records; see `converting.Span`."""
        positions = self.positions
        base = self.position
        pack_into = PREVIOUS_AND_TRANSACTION.pack_into
        for index in range(0, len(rows), 3):
            offset, number, back = rows[index : index + 3]
            oid = number.to_bytes(8)
            previous = positions.get(oid)
            pack_into(data, offset + PREVIOUS_OFFSET, previous, self._start)
            if back:
                target = self._target(back)
                POINTER.pack_into(data, offset + RECORD.size, target)
            positions.set(oid, base + offset)
        self._write(data)

    def _target(self, back):
        """Where the record that lay at *back* in the source lies now."""
        oid, tid = self._data_of_back(back)
        self._file.flush()
        position = self.positions.get(oid)
        while position:
            _, found, previous, *_ = self.record_head(position)
            if found == tid:
                return position
            position = previous
        return 0

    def record_head(self, position):
        return RECORD.unpack(os.pread(self._file.fileno(), RECORD.size, position))

    def record_start(self, position):
        """The first bytes of a record's pickle; empty where it has none."""
        self._file.flush()
        if not self.record_head(position)[-1]:
            return b""
        return os.pread(self._file.fileno(), 80, position + RECORD.size)

    def record_data(self, position):
        """The pickle at a position, following back pointers; None if undone."""
        self._file.flush()
        while position:
            size = self.record_head(position)[-1]
            body = os.pread(self._file.fileno(), size or 8, position + RECORD.size)
            if size:
                return body
            position = POINTER.unpack(body)[0]
        return None

    def end(self):
        transaction, extension = self._head
        length = self.position - self._start
        self._write(POINTER.pack(length))
        self._file.flush()
        head = TRANSACTION.pack(
            transaction.tid,
            length,
            transaction.status,
            len(transaction.user),
            len(transaction.description),
            len(extension),
        )
        os.pwrite(self._file.fileno(), head, self._start)
        self.last_tid = transaction.tid
        self._start = None

    def _write(self, data):
        self._file.write(data)
        self.position += len(data)
