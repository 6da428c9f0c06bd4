"""How a FileStorage lies on disk; the same for Python 2 and 3 but for the magic."""

from struct import Struct
from typing import NamedTuple


MAGIC_PY2 = b"FS21"
MAGIC_PY3 = b"FS30"
MAGIC_SIZE = 4

# tid, length without the trailing copy of itself, status, user, note, extension
TRANSACTION = Struct(">8sQcHHH")
# oid, tid, previous revision, transaction, version name (unused), data
RECORD = Struct(">8s8sQQHQ")
PREVIOUS_AND_TRANSACTION = Struct(">QQ")
PREVIOUS_OFFSET = 16
POINTER = Struct(">Q")


class Transaction(NamedTuple):
    """A transaction's head.  Positions are bytes from the start of the file.

    Records lie from *first* to *last*; *end* is after the trailing length.
    """

    position: int
    tid: bytes
    status: bytes
    user: bytes
    description: bytes
    extension: bytes
    first: int
    last: int
    end: int


class Record(NamedTuple):
    """One record: *data* is None where it points to *back*, an older record."""

    position: int
    oid: bytes
    tid: bytes
    data: bytes | None
    back: int


class Damage(NamedTuple):
    """Bytes from *position* to *end* that make no sense, and why."""

    position: int
    end: int
    error: str
    truncated: bool = False
