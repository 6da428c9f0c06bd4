"""Selectors say which checks are meant: ``group:app and not tag:canary``."""

from .interfaces import DERIVED
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
import re


@lru_cache(maxsize=4096)
def pattern(text):
    """Matches names by ``*`` and ``?``; everything else means itself."""
    return re.compile(translate(text.replace("[", "[[]"))).match


def fits(text, name):
    if "*" in text or "?" in text:
        return pattern(text)(name) is not None
    return text == name


@dataclass(frozen=True, slots=True)
class Named:
    """A check by name or title-less pattern; never a rule or an alarm."""

    name: str

    def matches(self, member):
        return member.kind not in DERIVED and fits(self.name, member.name)

    def __str__(self):
        return quoted(self.name)


@dataclass(frozen=True, slots=True)
class Derived:
    """``rule:NAME`` or ``alarm:NAME``"""

    kind: str
    name: str

    def matches(self, member):
        name = member.name.removeprefix(f"{self.kind}:")
        return member.kind == self.kind and fits(self.name, name)

    def __str__(self):
        return f"{self.kind}:{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class InGroup:
    name: str

    def matches(self, member):
        if self.name in member.groups:
            return True
        return any(fits(self.name, group) for group in member.groups)

    def __str__(self):
        return f"group:{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Tagged:
    name: str

    def matches(self, member):
        if member.kind in DERIVED:
            return False
        return any(fits(self.name, tag) for tag in member.tags)

    def __str__(self):
        return f"tag:{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class OfKind:
    name: str

    def matches(self, member):
        return member.kind not in DERIVED and member.kind == self.name

    def __str__(self):
        return f"kind:{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple

    def matches(self, member):
        return all(part.matches(member) for part in self.parts)

    def __str__(self):
        return " and ".join(wrapped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple

    def matches(self, member):
        return any(part.matches(member) for part in self.parts)

    def __str__(self):
        return " or ".join(wrapped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Without:
    part: object

    def matches(self, member):
        return member.kind not in DERIVED and not self.part.matches(member)

    def __str__(self):
        return f"not {wrapped(self.part)}"


EVERYTHING = Named("*")


def wrapped(part):
    return f"({part})" if isinstance(part, Both | Either) else str(part)


def quoted(name):
    if re.fullmatch(r"[\w*?][\w*?.=\-]*", name) and not name.isdigit():
        return name
    return '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))
