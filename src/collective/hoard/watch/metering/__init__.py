"""What each form used, per day: exact enough to write an invoice from."""

from .report import month_report


__all__ = ["month_report"]
