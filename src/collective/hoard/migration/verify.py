"""Is a converted file right, as far as a machine can tell without the site?

Every record is loaded as ZODB on this Python would load it, references are
followed, trees are checked with real BTrees, blobs are looked for.  With the
source at hand each record's values are counted on both sides.
"""

from . import stubs
from .converting import damage_finding
from .current import newest
from .findings import finding
from .layout import Damage
from .layout import MAGIC_PY3
from .reading import SourceFile
from .report import Report
from .shape import differences
from .tree_check import TreeCheck
from .tree_states import tree_class
from array import array
from ZODB.blob import FilesystemHelper
import os
import tempfile


class Verification:
    """Verifies one FileStorage.

    :param databases: Other databases of the same run, ``name -> has(oid)``.
    """

    def __init__(self, path, source=None, blobs=None, databases=None, progress=None):
        self.report = Report("verify", str(source or ""), str(path))
        self._file = SourceFile(path, MAGIC_PY3)
        self._source = source and SourceFile(source)
        self._blobs = blobs and FilesystemHelper(os.fspath(blobs))
        self._databases = databases or {}
        self._progress = progress or (lambda part, what: None)
        self._trees = array("Q")
        self._children = set()

    def run(self):
        self._index = newest(self._file, tempfile.gettempdir())
        for found in self._file.transactions():
            if type(found) is Damage:
                self.report.add(damage_finding(found))
                continue
            self._transaction(found)
            self._progress(found.end / self._file.size, "verify")
        self._check_trees()
        if self._source:
            self.report.extend(differences(self._source, self._file))
        return self.report

    def has(self, oid):
        return bool(self._index.get(oid))

    def _transaction(self, transaction):
        self.report.counts["transactions"] += 1
        for record in self._file.records(transaction):
            if type(record) is Damage:
                self.report.add(damage_finding(record))
                continue
            self.report.counts["records"] += 1
            if record.data is not None:
                self._record(record)
            else:
                self._pointer(record)

    def _pointer(self, record):
        try:
            self._file.data_of(record)
        except ValueError as error:
            self._add("does-not-load", record.oid, error=error)

    def _record(self, record):
        try:
            meta, state, references = stubs.load(record.data)
        except stubs.NotLoadable as error:
            self._add("does-not-load", record.oid, error=error)
            return
        name = stubs.class_name(meta)
        current = self._index.get(record.oid) == record.position
        if name == "ZODB.blob.Blob":
            self._blob(record)
        if not current:
            self._forms(record, references)
            return
        self.report.counts["objects"] += 1
        self._references(record, name, references)
        kind = tree_class(name)
        if kind is not None:
            self._tree(record.oid, kind, state)

    def _forms(self, record, references):
        for pid in references:
            try:
                stubs.oid_of(pid)
            except (ValueError, TypeError, UnicodeError) as error:
                self._add("does-not-load", record.oid, error=error)

    def _references(self, record, name, references):
        for pid in references:
            try:
                database, oid, weak = stubs.oid_of(pid)
            except (ValueError, TypeError, UnicodeError) as error:
                self._add("does-not-load", record.oid, error=error)
                continue
            self.report.counts["references"] += 1
            has = self.has if database is None else self._databases.get(database)
            if has is not None and not weak and not has(oid):
                self._add(
                    "dangling-reference", record.oid, name, target=f"0x{oid.hex()}"
                )

    def _blob(self, record):
        self.report.counts["blobs"] += 1
        if self._blobs is not None:
            path = self._blobs.getBlobFilename(record.oid, record.tid)
            if not os.path.isfile(path):
                self._add("missing-blob", record.oid, path=path)

    def _tree(self, oid, kind, state):
        self._trees.append(int.from_bytes(oid))
        if kind.is_inner and state and len(state) == 2:
            for child in state[0][::2]:
                if isinstance(child, stubs.Ref):
                    self._children.add(stubs.oid_of(child.pid)[1])

    def _check_trees(self):
        check = TreeCheck(self._load)
        for number in self._trees:
            oid = number.to_bytes(8)
            if oid in self._children:
                continue
            self.report.counts["trees"] += 1
            for error in check.problems(oid):
                self._add("broken-tree", oid, error=error)

    def _load(self, oid):
        position = self._index.get(oid)
        return self._file.data_of(self._file.record_at(position)) if position else None

    def _add(self, code, oid, where="", **values):
        self.report.add(finding(code, oid, where, **values))
