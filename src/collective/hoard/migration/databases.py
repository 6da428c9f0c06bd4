"""The three actions for whatever a command line names as a database."""

from .analyze import analyze
from .filestorage import Conversion
from .verify import Verification
from collections import Counter


def analyze_all(source, options, progress=None):
    """Analyse what *source* names; a `report.Report`."""
    return analyze(source, options, progress)


def convert_all(source, destination, options, progress=None, check=True):
    """Convert, and verify what was written; a `report.Report`."""
    conversion = Conversion(source, destination, options, progress)
    report = conversion.run()
    if check:
        verified = Verification(
            destination, source, options.destination_blobs, None, progress
        ).run()
        verified.counts = prefixed(verified.counts)
        report.merge(verified)
    conversion.unfinished.done()
    return report


def verify_all(destination, source=None, blobs=None, progress=None):
    """Verify what *destination* names; a `report.Report`."""
    return Verification(destination, source, blobs, None, progress).run()


def prefixed(counts):
    return Counter({f"verified {name}": count for name, count in counts.items()})
