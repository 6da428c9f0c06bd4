"""A report as CSV and JSON."""

from ...forms.export import cell
from .interfaces import MonthUse
import csv
import io
import json


HEADER = (
    "month", "form", "title", "day", "submissions", "searches",
    "bytes_at_end_of_day", "peak_bytes",
)  # fmt: skip


def as_csv(report: MonthUse) -> str:
    """A line for each form and day, by RFC 4180."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for form in report.forms:
        for day in form.days:
            writer.writerow(
                (report.month, form.uid, cell(form.title), day.day.isoformat(),
                 day.submissions, day.searches, day.bytes, day.peak)
            )  # fmt: skip
    return out.getvalue()


def as_data(report: MonthUse) -> dict:
    """JSON data: totals for each form, and its days."""
    return {
        "month": report.month,
        "zone": "UTC",
        "made": report.made.isoformat(timespec="seconds"),
        "complete": report.complete,
        "forms": [
            {
                "uid": form.uid,
                "title": form.title,
                "submissions": form.submissions,
                "searches": form.searches,
                "bytes": form.bytes,
                "peak_bytes": form.peak,
                "average_bytes": form.average,
                "days": [
                    {"day": day.day.isoformat(), "submissions": day.submissions,
                     "searches": day.searches, "bytes": day.bytes,
                     "peak_bytes": day.peak}
                    for day in form.days
                ],
            }
            for form in report.forms
        ],
    }  # fmt: skip


def as_json(report: MonthUse) -> str:
    return json.dumps(as_data(report), indent=2, ensure_ascii=False)
