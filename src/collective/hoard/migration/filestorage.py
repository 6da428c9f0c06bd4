"""Convert one FileStorage into another, with history or without."""

from .blobs import Blobs
from .converting import damage_finding
from .converting import PieceConverter
from .current import kept_records
from .findings import finding
from .interfaces import Interrupted
from .layout import Damage
from .layout import MAGIC_SIZE
from .layout import Transaction
from .options import ALL
from .plan import Plan
from .pool import in_order
from .reading import refuse_if_in_use
from .reading import SourceFile
from .report import Report
from .resume import finding_of
from .resume import Unfinished
from .sort import sort_trees
from .votes import Doubts
from .writing import DestinationFile
import errno
import os


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SurveyNeeded(Exception):
    """What was converted so far may have to be decided otherwise; see *doubts*."""

    def __init__(self, doubts):
        super().__init__()
        self.doubts = doubts


class Conversion:
    """One source, one destination, one run.

    It converts without a survey until something shows that one could matter;
    then it starts over.  At first only the votes in question are counted.

    :param options: An `options.Options`.
    :param progress: Called with a part between 0 and 1 and a word.
    """

    def __init__(self, source, destination, options, progress=None):
        self.options = options
        self.progress = progress or (lambda part, what: None)
        refuse_if_in_use(source)
        self.unfinished = Unfinished(destination)
        self.unfinished.check(options.resume)
        self.source = SourceFile(source)
        self.report = Report("convert", str(source), str(destination))
        self.blobs = Blobs(options.blobs, options.destination_blobs, options.link_blobs)
        folder = os.path.dirname(os.path.abspath(destination))
        self.plan = Plan(self.source, options, folder, self.progress)
        self._suspects = set()
        self._lines = None
        self._extension = b""

    def run(self):
        """Convert everything; the report.

        :raises Interrupted: The disk is full, or somebody stopped the run.
        """
        if self.options.resume and self.unfinished.is_written:
            self._recall()
            return self.report
        try:
            self._prepare()
            while True:
                try:
                    self._write()
                    break
                except SurveyNeeded as needed:
                    self._start_over(needed.doubts)
        except OSError as error:
            if error.errno in FULL:
                raise Interrupted(
                    f"No space is left for {self.unfinished.part} ({error.strerror})."
                    " Make room and go on with --resume."
                ) from error
            raise
        finally:
            self.unfinished.close()
        return self.report

    def _recall(self):
        """Everything was written before; only what was found is still needed."""
        _, lines = self.unfinished.load()
        for line in lines:
            if "suspects" not in line:
                self.report.add(finding_of(line))

    # Before writing

    def _prepare(self):
        """Take over what an earlier run found."""
        run, lines = self.unfinished.load() if self.options.resume else (None, None)
        self._identity = {**self.options.identity(), "source": self.source.identity()}
        if run is None:
            return
        self.options.check_same(run["identity"], self._identity)
        self.plan.restore(run)
        decided = self.plan.outvoted, self.plan.reach
        if not self.plan.surveyed:
            self.plan.survey()  # nobody knows what the killed run has seen
        if decided == (self.plan.outvoted, self.plan.reach):
            self._lines = lines

    def _start_over(self, doubts):
        """Settle the doubts, and forget what was converted with them."""
        self.unfinished.close()
        if doubts.reaches or self.plan.counted:
            self.plan.survey()
        else:
            self.plan.count_votes(doubts.places)
        self.report = Report("convert", self.report.source, self.report.destination)
        self.blobs.left = self.blobs.copied = 0
        self._suspects.clear()

    @property
    def _run(self):
        """The journal's first line."""
        return {"identity": self._identity, **self.plan.as_plain()}

    # Writing

    def _write(self):
        keep = kept_records(self.source, self.options.mode, lambda: self.plan.index)
        start = self._begin()
        destination = DestinationFile(self.unfinished.part, self._looked_up)
        try:
            if self._lines is not None:
                start = self._go_on(destination)
            doubts = None if self.plan.surveyed else Doubts(self.plan.counted)
            for task, spans in self._converted(start, keep):
                if doubts and any([doubts.grow(span.seen) for span in spans]):
                    raise SurveyNeeded(doubts)
                self._take(destination, task, spans)
            self._sort(destination)
            destination.sync()
        finally:
            destination.close()
        self.unfinished.finished_writing()
        if self.blobs.left:
            self.report.add(finding("blobs-not-copied", count=self.blobs.left))

    def _looked_up(self, position):
        record = self.source.record_at(position)
        return record.oid, record.tid

    def _begin(self):
        if self._lines is None:
            # A part without a journal was killed before it held anything.
            self.unfinished.remove_part()
            self.unfinished.start(self._run)
        return MAGIC_SIZE

    def _go_on(self, destination):
        """Take over what was written; where in the source to go on."""
        last, counts = destination.recover()
        self.report.counts.update(counts)
        lines = [line for line in self._lines if bytes.fromhex(line["tid"]) <= last]
        for line in lines:
            if "suspects" in line:
                self._suspects.update(map(bytes.fromhex, line["suspects"]))
            else:
                self.report.add(finding_of(line))
        self.unfinished.start(self._run, lines)
        for found in self.source.transactions():
            if type(found) is Transaction and found.tid > last:
                return found.position
        return self.source.size

    def _converted(self, start, keep):
        def make():
            return PieceConverter(self.source, self.plan.converter(), keep)

        return in_order(self.options.jobs, make, self.plan.tasks(start))

    def _take(self, destination, task, spans):
        if type(task) is Damage:
            self._found([damage_finding(task)], destination.last_tid)
        for span in spans:
            self._span(destination, span)
        self.progress(task.end / self.source.size, "convert")

    def _span(self, destination, span):
        tid = span.transaction.tid
        findings = span.findings
        for oid, blob_tid in span.blobs:
            missing = self.blobs.bring(oid, blob_tid)
            if missing:
                findings.append(missing)
        self._found(findings, tid)
        if span.suspects:
            self._suspects.update(span.suspects)
            self.unfinished.note_suspects(tid, span.suspects)
        if span.opens:
            self._extension = span.extension
        if not destination.is_open and (span.rows or self.options.mode == ALL):
            destination.begin(span.transaction, self._extension)
        if span.rows:
            destination.add(span.data, span.rows)
            self.report.counts["records"] += len(span.rows) // 3
        if span.closes and destination.is_open:
            destination.end()
            self.report.counts["transactions"] += 1

    def _found(self, findings, tid):
        self.report.extend(findings)
        self.unfinished.note(tid, findings)

    def _sort(self, destination):
        if self._suspects:
            tid = (int.from_bytes(destination.last_tid) + 1).to_bytes(8)
            findings = sort_trees(destination, sorted(self._suspects), tid)
            self._found(findings, tid)
