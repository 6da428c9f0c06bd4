"""How one conversion is to be done; what a resumed run must have in common."""

from .decide import Decider
from .interfaces import WrongUse
from .rules import RuleBook
from dataclasses import dataclass
from dataclasses import field


VERSION = 1
ALL, CURRENT, PACK = "all", "current", "pack"


@dataclass
class Options:
    """*mode* is ``all`` (with history), ``current`` or ``pack``."""

    rules: RuleBook = field(default_factory=RuleBook)
    encoding: str = "utf-8"
    fallbacks: tuple = ("latin-1",)
    jobs: int = 1
    mode: str = ALL
    resume: bool = False
    blobs: str | None = None
    destination_blobs: str | None = None

    def decider(self, outvoted=()):
        return Decider(self.encoding, self.fallbacks, outvoted)

    def identity(self):
        """Everything but the number of workers changes the result."""
        return {
            "version": VERSION,
            "rules": self.rules.fingerprint(),
            "encoding": self.encoding,
            "fallbacks": list(self.fallbacks),
            "mode": self.mode,
        }

    @staticmethod
    def check_same(before, now):
        """:raises WrongUse: The interrupted run would have decided otherwise."""
        for name, value in now.items():
            if before.get(name) != value:
                raise WrongUse(
                    f"The interrupted run had another {name}. Use the same options"
                    " and an unchanged source, or delete the unfinished files and"
                    " start again."
                )
