"""Where the newest record of each object is, without keeping it in memory.

A table of eight bytes an object in a nameless temporary file: memory stays the
same however many objects there are, and a killed run leaves nothing behind.
Workers that were forked read the same table.
"""

from .layout import POINTER
import os
import tempfile


# Larger object numbers are rare and would make the (sparse) file huge.
LARGEST = 1 << 30


class Positions:
    """``oid -> position``; 0 for an object that is not there."""

    def __init__(self, folder):
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)
        self._fd = self._file.fileno()
        self._far = {}

    def close(self):
        self._file.close()

    def get(self, oid):
        number = int.from_bytes(oid)
        if number >= LARGEST:
            return self._far.get(number, 0)
        raw = os.pread(self._fd, 8, number * 8)
        return int.from_bytes(raw) if len(raw) == 8 else 0

    def set(self, oid, position):
        number = int.from_bytes(oid)
        if number >= LARGEST:
            self._far[number] = position
        else:
            os.pwrite(self._fd, POINTER.pack(position), number * 8)

    def oids(self):
        """All objects with a position, in order."""
        size = os.fstat(self._fd).st_size
        for start in range(0, size, 1 << 16):
            block = os.pread(self._fd, 1 << 16, start)
            for index, (position,) in enumerate(POINTER.iter_unpack(block)):
                if position:
                    yield (start // 8 + index).to_bytes(8)
        for number in sorted(self._far):
            yield number.to_bytes(8)
