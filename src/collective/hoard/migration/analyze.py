"""What is in a Python 2 file: per class and attribute, and what would become of it."""

from .classes import exists
from .converting import damage_finding
from .decide import OTHER
from .findings import finding
from .findings import rule_line
from .layout import Damage
from .pieces import spans
from .plan import Plan
from .pool import in_order
from .reading import refuse_if_in_use
from .reading import SourceFile
from .report import Report
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
import tempfile


SAMPLES = 3


@dataclass
class Attribute:
    """What the native strings of one attribute are, and become."""

    kinds: Counter = field(default_factory=Counter)
    becomes: Counter = field(default_factory=Counter)
    samples: dict = field(default_factory=dict)

    def see(self, kind, string):
        self.kinds[kind] += 1
        word = "bytes" if type(string.final) is bytes else "text"
        self.becomes[word, string.because] += 1
        if len(self.samples.setdefault(kind, [])) < SAMPLES:
            self.samples[kind].append(string.value[:60])

    def add(self, other):
        self.kinds.update(other.kinds)
        self.becomes.update(other.becomes)
        for kind, samples in other.samples.items():
            mine = self.samples.setdefault(kind, [])
            mine.extend(samples[: SAMPLES - len(mine)])


@dataclass
class Analysis:
    """One piece, or the whole file."""

    attributes: dict = field(default_factory=dict)
    classes: Counter = field(default_factory=Counter)
    findings: list = field(default_factory=list)
    records: int = 0

    def add(self, other):
        for name, attribute in other.attributes.items():
            self.attributes.setdefault(name, Attribute()).add(attribute)
        self.classes.update(other.classes)
        self.records += other.records


class PieceAnalysis:
    """Analyses one piece after the other: what a worker process does."""

    def __init__(self, plan):
        self._source = plan.source
        self._decider = plan.options.decider()
        self._converter = plan.converter(observe=self._see, hints=True)

    def __call__(self, piece):
        self._found = Analysis()
        if type(piece) is Damage:
            return self._found
        for transaction, first, last, _, _ in spans(self._source, piece):
            for record in self._source.records_between(first, last, transaction):
                if type(record) is Damage:
                    self._found.findings.append(damage_finding(record))
                elif record.data is not None:
                    self._record(record)
        return self._found

    def _record(self, record):
        converted = self._converter.convert(record.data, record.oid)
        self._found.records += 1
        self._found.findings.extend(converted.findings)
        self._found.classes.update(converted.names)

    def _see(self, string, place):
        name = place.class_name, place.attribute, place.role
        attribute = self._found.attributes.get(name)
        if attribute is None:
            attribute = self._found.attributes[name] = Attribute()
        attribute.see(self._decider.kind_of(string.value), string)


def analyze(path, options, progress=None):
    """Analyse a file; a `report.Report` with a row for each attribute."""
    progress = progress or (lambda part, what: None)
    refuse_if_in_use(path)
    source = SourceFile(path)
    report = Report("analyze", str(path))
    plan = Plan(source, options, tempfile.gettempdir(), progress)
    plan.survey()
    whole = Analysis()
    for task, part in in_order(options.jobs, lambda: PieceAnalysis(plan), plan.tasks()):
        if type(task) is Damage:
            report.add(damage_finding(task))
        report.extend(part.findings)
        whole.add(part)
        progress(task.end / source.size, "analyze")
    source.close()
    report.counts["records"] = whole.records
    report.counts["classes"] = len(whole.classes)
    report.attributes = [row(name, a) for name, a in sorted(whole.attributes.items())]
    report.extend(undecided(whole, plan))
    report.extend(missing_classes(whole.classes))
    for problem in options.rules.problems:
        report.add(finding("rules-not-read", error=problem))
    return report


def row(name, attribute):
    """One attribute as plain values, for the table and for JSON."""
    class_name, attribute_name, role = name
    return {
        "class": class_name,
        "attribute": attribute_name,
        "part": "becomes" if role in ("value", "item") else _part(role),
        "ascii": attribute.kinds["ascii"],
        "encoded": attribute.kinds["encoded"],
        "other": attribute.kinds["other"],
        "becomes": [
            {"type": word, "by": by, "count": count}
            for (word, by), count in sorted(attribute.becomes.items(), key=str)
        ],
        "samples": {
            kind: [repr(sample)[1:] for sample in samples]
            for kind, samples in attribute.samples.items()
        },
    }


def _part(role):
    return "values" if role == "mapped" else "keys"


def undecided(analysis, plan):
    """What the owner should decide: attributes with values nobody ruled."""
    for (class_name, attribute, role), seen in sorted(analysis.attributes.items()):
        part = "becomes" if role in ("value", "item") else _part(role)
        where = f"{class_name}.{attribute}"
        line = rule_line(class_name, attribute, "bytes", part)
        votes = seen.becomes["bytes", "vote"]
        if votes:
            yield finding("outvoted", b"", where, count=votes, rule=line)
        count = seen.becomes["bytes", "bytes"]
        if count and class_name:
            yield finding("undecided-bytes", b"", where, count=count, rule=line)
        for encoding in plan.options.fallbacks:
            count = seen.becomes["text", encoding]
            if count and class_name:
                line = rule_line(class_name, attribute, encoding, part)
                yield finding(
                    "fallback-used",
                    b"",
                    where,
                    count=count,
                    encoding=encoding,
                    rule=line,
                )


def missing_classes(classes):
    for (module, name), count in sorted(classes.items()):
        if not exists(module, name):
            yield finding("missing-class", name=f"{module}.{name}", count=count)


def rules_file(report, book):
    """A rule file to edit: what is decided now, and what could be."""
    yield "# Rules for hoard-migrate: how native strings of Python 2 are decided."
    yield '# kinds: "bytes", "latin-1 always", or an encoding such as "cp1252".'
    for class_name, attribute, rule in book.user_rules():
        yield ""
        yield "[[rule]]"
        yield f'class = "{class_name}"'
        yield f'attribute = "{attribute}"'
        for part in ("becomes", "keys", "values"):
            if getattr(rule, part):
                yield f'{part} = "{getattr(rule, part).kind}"'
    for entry in report.attributes:
        if entry["class"] and entry["other"]:
            yield from _suggestion(entry)
    if book.user_renames:
        yield ""
        yield "[renames]"
        for old, new in book.user_renames.items():
            yield f'"{" ".join(old)}" = "{" ".join(new)}"'


def _suggestion(entry):
    """A rule that is commented out, with what it is about."""
    kinds = f"{entry['ascii']} ascii, {entry['encoded']} in the site's encoding"
    yield ""
    yield f"# {kinds}, {entry['other']} other: {', '.join(entry['samples'][OTHER])}"
    binary = sum(b["count"] for b in entry["becomes"] if b["type"] == "bytes")
    kind = "bytes" if binary else "latin-1"
    text = rule_line(entry["class"], entry["attribute"], kind, entry["part"])
    yield from (f"# {line}" for line in text.splitlines())
