"""Convert pieces of a source: what a worker process does."""

from .findings import finding
from .interfaces import BadPickle
from .keys import SUSPECT
from .layout import Damage
from .layout import POINTER
from .layout import RECORD
from .pieces import spans
from .votes import Seen
from array import array
from dataclasses import dataclass
from dataclasses import field


BLOB_CLASS = "ZODB.blob.Blob"


@dataclass
class Span:
    """Converted records of one transaction, or of a part of it.

    Previous revisions and positions are still zero in *data*: only the writer
    knows them.  *rows* holds three numbers for each record: where it begins in
    *data*, its object, and the source position it points back to or 0.
    """

    transaction: object
    extension: bytes
    opens: bool
    closes: bool
    data: bytearray = field(default_factory=bytearray)
    rows: array = field(default_factory=lambda: array("Q"))
    findings: list = field(default_factory=list)
    suspects: list = field(default_factory=list)
    blobs: list = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)


class PieceConverter:
    """Converts the records of a piece.

    :param keep: Called with ``(oid, position)``; False for records to leave
        out.  None keeps all of them, with their back pointers.
    """

    def __init__(self, source, converter, keep=None):
        self._source = source
        self._converter = converter
        self._keep = keep

    def __call__(self, piece):
        if type(piece) is Damage:
            return []
        return [self._span(*span) for span in spans(self._source, piece)]

    def _span(self, transaction, first, last, opens, closes):
        span = Span(transaction, transaction.extension, opens, closes)
        if opens and transaction.extension:
            self._extension(span)
        for record in self._source.records_between(first, last, transaction):
            if type(record) is Damage:
                span.findings.append(damage_finding(record))
            elif self._keep is None:
                self._record(span, record, record.data, record.back)
            elif self._keep(record.oid, record.position):
                self._kept(span, record)
        span.seen = self._converter.take_seen()
        return span

    def _kept(self, span, record):
        """A record that keeps no history needs data of its own."""
        try:
            data = self._source.data_of(record)
        except ValueError as error:
            span.findings.append(finding("unreadable-record", record.oid, error=error))
            return
        if data is not None:
            self._record(span, record, data, 0)

    def _record(self, span, record, data, back):
        if data is None:
            body = POINTER.pack(0)
            size = 0
            self._look_back(span, record, back)
        else:
            converted = self._converter.convert(data, record.oid)
            body = converted.data
            size = len(body)
            self._note(span, record, converted)
        out = span.data
        span.rows.extend((len(out), int.from_bytes(record.oid), back))
        out += RECORD.pack(record.oid, record.tid, 0, 0, 0, size)
        out += body

    def _note(self, span, record, converted):
        span.findings.extend(converted.findings)
        if converted.order == SUSPECT:
            span.suspects.append(record.oid)
        elif converted.class_name == BLOB_CLASS:
            span.blobs.append((record.oid, record.tid))

    def _look_back(self, span, record, back):
        """An undone blob has a file of its own."""
        try:
            data = self._source.data_of(record) if back else None
        except ValueError as error:
            span.findings.append(finding("unreadable-record", record.oid, error=error))
            return
        if data is not None and b"cZODB.blob\nBlob\n" in data[:64]:
            span.blobs.append((record.oid, record.tid))

    def _extension(self, span):
        transaction = span.transaction
        try:
            span.extension = self._converter.convert_value(transaction.extension)
        except BadPickle as error:
            span.findings.append(
                finding("unreadable-extension", tid=transaction.tid.hex(), error=error)
            )


def damage_finding(damage):
    """The finding for a `Damage` of the source."""
    if damage.error.startswith("version"):
        return finding("version-record", version="?")
    if damage.truncated:
        size = damage.end - damage.position
        return finding("truncated-file", position=damage.position, size=size)
    return finding("damaged-file", position=damage.position, error=damage.error)
