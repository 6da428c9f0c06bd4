"""What a run found: counted, sampled, printed, or written as JSON."""

from .findings import PROBLEM
from collections import Counter
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
import json


# Enough to act on; the rest is counted.
SAMPLES = 200


@dataclass
class Report:
    """The result of a run; *counts* and *findings* are what programs read.

    Of findings with one code at most `SAMPLES` are kept, *codes* counts all.
    """

    action: str
    source: str = ""
    destination: str = ""
    counts: Counter = field(default_factory=Counter)
    codes: Counter = field(default_factory=Counter)
    findings: list = field(default_factory=list)
    attributes: list = field(default_factory=list)
    databases: list = field(default_factory=list)
    problems: int = 0

    def add(self, finding):
        self.codes[finding.code] += 1
        if finding.severity == PROBLEM:
            self.problems += 1
        if self.codes[finding.code] <= SAMPLES:
            self.findings.append(finding)

    def extend(self, findings):
        for finding in findings:
            self.add(finding)

    def merge(self, other):
        """Take over what another part of the same run found."""
        self.extend(other.findings)
        kept = Counter(finding.code for finding in other.findings)
        self.codes.update(other.codes - kept)
        self.problems += other.problems - sum(
            1 for finding in other.findings if finding.severity == PROBLEM
        )
        self.counts.update(other.counts)
        self.attributes.extend(other.attributes)

    @property
    def exit_code(self):
        return 1 if self.problems else 0

    def as_dict(self):
        return {
            "action": self.action,
            "source": self.source,
            "destination": self.destination,
            "exit_code": self.exit_code,
            "problems": self.problems,
            "counts": dict(sorted(self.counts.items())),
            "codes": dict(sorted(self.codes.items())),
            "findings": [asdict(finding) for finding in self.findings],
            "attributes": self.attributes,
            "databases": self.databases,
        }

    def write_json(self, path):
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(self.as_dict(), stream, indent=1, ensure_ascii=False)
            stream.write("\n")

    def lines(self):
        """The report for people."""
        for name, count in sorted(self.counts.items()):
            yield f"{name + ':':<28}{count:>12,}"
        by_code = {}
        for found in self.findings:
            by_code.setdefault((found.code, found.severity), []).append(found)
        for (code, severity), found in sorted(by_code.items(), key=_problems_first):
            yield ""
            yield f"{severity.upper()} {code} ({self.codes[code]:,} times)"
            yield from _grouped(found)


def _problems_first(item):
    (code, severity), _ = item
    return severity != PROBLEM, code


def _grouped(found):
    """One paragraph for each message; places where it holds below it."""
    groups = {}
    for one in found:
        groups.setdefault((one.message, one.advice), []).append(one)
    for number, ((message, advice), ones) in enumerate(groups.items()):
        if number == 5:
            yield f"  ... and {len(groups) - 5} more of this kind, see --json"
            return
        yield f"  {message}"
        places = [" ".join(filter(None, (one.where, one.oid))) for one in ones]
        places = [place for place in places if place]
        for place in places[:3]:
            yield f"    at {place}"
        if len(places) > 3:
            yield f"    and {len(places) - 3} more"
        for line in advice.splitlines():
            yield f"    > {line}"
