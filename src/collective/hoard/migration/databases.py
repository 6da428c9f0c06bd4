"""The three actions for whatever a command line names as a database."""

from . import staging
from .analyze import analyze
from .current import newest
from .filestorage import Conversion
from .interfaces import WrongUse
from .layout import MAGIC_PY3
from .reading import SourceFile
from .report import Report
from .storages import databases
from .storages import pairs
from .verify import Verification
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
import os
import tempfile


def analyze_all(source, options, progress=None):
    """Analyse what *source* names; a `report.Report`."""
    report = Report("analyze", str(source))
    for database in databases(source):
        with as_file(database) as (path, _):
            report.merge(analyze(path, options, progress))
    return report


def convert_all(source, destination, options, progress=None, check=True):
    """Convert, and verify what was written; a `report.Report`.

    :raises WrongUse: Before anything was written.
    :raises Interrupted: ``--resume`` goes on.
    """
    couples = pairs(
        databases(source, options.blobs),
        databases(destination, options.destination_blobs),
    )
    if len(couples) > 1 and len({theirs.path for _, theirs in couples}) < len(couples):
        raise WrongUse("Two databases have the same destination.")
    report = Report("convert", str(source), str(destination))
    runs = [Run(*couple, destination, options, progress) for couple in couples]
    for run in runs:
        report.merge(run.convert())
    if check:
        for run in runs:
            others = {other.name: other.has for other in runs}
            report.merge(run.verify(others))
    for run in runs:
        run.finish()
    report.databases = [run.name for run in runs if run.name]
    return report


def verify_all(destination, source=None, blobs=None, progress=None):
    """Verify what *destination* names; a `report.Report`."""
    report = Report("verify", str(source or ""), str(destination))
    ours = databases(destination, blobs)
    theirs = databases(source) if source else [None] * len(ours)
    couples = pairs(theirs, ours) if source else zip(theirs, ours, strict=True)
    for before, database in couples:
        with (
            as_file(database, MAGIC_PY3) as (path, folder),
            as_file(before) as (old, _),
        ):
            report.merge(Verification(path, old, folder, None, progress).run())
    return report


@contextmanager
def as_file(database, magic=None):
    """A database's path and blob folder, for a while; fetched if it is no file."""
    if database is None or database.path:
        yield (database.path, database.blobs) if database else (None, None)
        return
    with tempfile.TemporaryDirectory() as folder:
        stage = staging.Stage(os.path.join(folder, "fetched"), database.name)
        yield staging.fetch(database, stage, *([magic] if magic else []))


class Run:
    """One database of a run: fetched, converted, verified, loaded."""

    def __init__(self, source, target, destination, options, progress):
        self.name = target.name
        self._source, self._target = source, target
        self._options, self._progress = options, progress
        self._stage = staging.Stage(destination, target.name)
        self._index = None
        if not target.path:
            staging.check_empty(target, options.resume)

    def convert(self):
        path, blobs = self._fetched()
        self._before = path
        self._path = self._target.path or self._stage.path("py3.fs")
        self._blobs = self._target.blobs
        if blobs and not self._target.path:
            self._blobs = self._stage.path("py3.blobs")
        options = replace(self._options, blobs=blobs, destination_blobs=self._blobs)
        if (blobs is None) != (self._blobs is None):
            options = self._without_blobs(options)
        self._conversion = Conversion(path, self._path, options, self._progress)
        return self._conversion.run()

    def _fetched(self):
        if self._source.path:
            return self._source.path, self._source.blobs
        return staging.fetch(self._source, self._stage)

    def _without_blobs(self, options):
        """Only a ZConfig file may name one blob folder and not the other."""
        if self._options.blobs or self._options.destination_blobs:
            raise WrongUse("Give both --blobs and --destination-blobs, or neither.")
        self._blobs = None
        return replace(options, blobs=None, destination_blobs=None)

    def verify(self, others):
        verification = Verification(
            self._path, self._before, self._blobs, others, self._progress
        )
        report = verification.run()
        report.counts = Counter(
            {f"verified {name}": count for name, count in report.counts.items()}
        )
        return report

    def has(self, oid):
        """Is there such an object in the result? For references from elsewhere."""
        if self._index is None:
            file = SourceFile(self._path, MAGIC_PY3)
            self._index = newest(file, tempfile.gettempdir())
            file.close()
        return bool(self._index.get(oid))

    def finish(self):
        if not self._target.path:
            staging.load_into(self._target, self._path, self._blobs)
        self._conversion.unfinished.done()
        self._stage.remove()
