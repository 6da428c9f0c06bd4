"""How one conversion is to be done; what a resumed run must have in common."""

from .decide import Decider
from .interfaces import WrongUse
from .pool import available_cpus
from .rules import load
from .rules import RuleBook
from dataclasses import dataclass
from dataclasses import field
import codecs


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
    link_blobs: bool = True

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


def options_from(arguments):
    """The `Options` of a command line.

    :raises WrongUse: An encoding is unknown, or the rule file is wrong.
    """
    fallbacks = arguments.fallback or ["latin-1"]
    fallbacks = () if fallbacks == ["none"] else tuple(fallbacks)
    for name in (arguments.encoding, *fallbacks):
        try:
            codecs.lookup(name)
        except LookupError:
            raise WrongUse(f"Python knows no encoding {name!r}.") from None
    given = vars(arguments)
    return Options(
        rules=load(arguments.rules),
        encoding=arguments.encoding,
        fallbacks=fallbacks,
        jobs=arguments.jobs or available_cpus(),
        mode=PACK if given.get("pack") else CURRENT if given.get("current") else ALL,
        resume=given.get("resume", False),
        blobs=given.get("blobs"),
        destination_blobs=given.get("destination_blobs"),
        link_blobs=not given.get("copy_blobs"),
    )
