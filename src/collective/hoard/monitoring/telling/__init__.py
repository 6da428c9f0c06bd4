"""Who is told what, when, and how often: from notices to messages."""

from .teller import Teller


#: Tells people what `judge.Judge` found.
__all__ = ["Teller"]
