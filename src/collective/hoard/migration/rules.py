"""Which strings a person, Plone or an installed package has decided about."""

from .builtin_rules import BUILTIN_RULES
from .entry_points import decode_entry_points
from .interfaces import WrongUse
from .renames import Renames
from dataclasses import dataclass
import codecs
import hashlib
import json
import tomllib


PARTS = ("becomes", "keys", "values")
LATIN_ALWAYS = "latin-1 always"


@dataclass(frozen=True)
class Treatment:
    """``bytes``, ``latin-1 always`` or the name of an encoding, and who says so."""

    kind: str
    origin: str

    def __str__(self):
        return f"{self.kind} ({self.origin})"


@dataclass(frozen=True)
class Rule:
    """What one attribute of one class becomes.

    *becomes* rules the attribute's own value and strings in lists and tuples
    below it; *keys* and *values* those of the mapping, tree or set that the
    attribute holds or refers to.
    """

    becomes: Treatment | None = None
    keys: Treatment | None = None
    values: Treatment | None = None

    @property
    def reaches(self):
        """Does the rule go through a reference?"""
        return self.keys is not None or self.values is not None


def kinds(rule):
    """A rule as plain values, for a journal."""
    parts = {part: getattr(rule, part) for part in PARTS}
    return {part: [t.kind, t.origin] for part, t in parts.items() if t is not None}


def rule_of(parts):
    """The `Rule` that `kinds` made plain."""
    return Rule(**{part: Treatment(*given) for part, given in parts.items()})


def treatment(kind, origin):
    """A checked `Treatment`.

    :raises WrongUse: *kind* is neither known nor an encoding.
    """
    if kind not in ("bytes", LATIN_ALWAYS):
        try:
            codecs.lookup(kind)
        except (LookupError, TypeError):
            raise WrongUse(
                f"{origin}: {kind!r} is neither 'bytes', '{LATIN_ALWAYS}'"
                " nor an encoding that Python knows."
            ) from None
    return Treatment(kind, origin)


class RuleBook:
    """All rules and renames of one run; later ones replace earlier ones."""

    def __init__(self):
        self._rules = {}
        self._owners = set()
        self._renames = {}
        self.problems = []
        self.file = None

    def add(self, class_name, attribute, parts, origin):
        given = {part: treatment(kind, origin) for part, kind in parts.items()}
        old = self._rules.get((class_name, attribute), Rule())
        merged = {part: given.get(part, getattr(old, part)) for part in PARTS}
        self._rules[class_name, attribute] = Rule(**merged)
        self._owners.add(class_name)

    def rename(self, old, new):
        self._renames[old] = new

    def find(self, class_name, attribute):
        """The rule for an attribute, or None."""
        return self._rules.get((class_name, attribute))

    def owns(self, class_name):
        """Is there any rule for this class?"""
        return class_name in self._owners

    @property
    def class_names(self):
        return sorted(self._owners)

    @property
    def reaching(self):
        """Names of the classes with rules that go through references."""
        return {name for (name, _), rule in self._rules.items() if rule.reaches}

    def renames(self):
        return Renames(self._renames)

    def user_rules(self):
        """``(class, attribute, rule)`` of what came from a rule file."""
        for (class_name, attribute), rule in sorted(self._rules.items()):
            if any(
                t and t.origin == self.file
                for t in (rule.becomes, rule.keys, rule.values)
            ):
                yield class_name, attribute, rule

    @property
    def user_renames(self):
        return dict(self._renames)

    def fingerprint(self):
        """A checksum of everything that changes a result."""
        rules = sorted(
            [
                *key,
                *(getattr(rule, part) and getattr(rule, part).kind for part in PARTS),
            ]
            for key, rule in self._rules.items()
        )
        renames = sorted([*old, *new] for old, new in self._renames.items())
        text = json.dumps([rules, renames], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def built_in():
    """The rules for Zope and Plone, and those that installed packages declare."""
    book = RuleBook()
    for (class_name, attribute), parts in BUILTIN_RULES.items():
        book.add(class_name, attribute, parts, "built-in")
    declared, book.problems = decode_entry_points()
    for class_name, attribute, kind, origin in declared:
        if book.find(class_name, attribute) is None:
            book.add(class_name, attribute, {"becomes": kind}, origin)
    return book


def load(path):
    """The built-in rules and those of the TOML file at *path* (or None).

    :raises WrongUse: The file cannot be read or says something unknown.
    """
    book = built_in()
    if path is None:
        return book
    try:
        with open(path, "rb") as stream:
            text = tomllib.load(stream)
    except OSError as error:
        raise WrongUse(f"The rule file cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} is no TOML file: {error}") from error
    _add_file(book, text, path)
    return book


def _add_file(book, text, path):
    book.file = str(path)
    unknown = set(text) - {"rule", "renames"}
    if unknown:
        raise WrongUse(
            f"{path}: {', '.join(sorted(unknown))} is unknown;"
            " a rule file has [[rule]] tables and one [renames] table."
        )
    rules = text.get("rule", [])
    if not isinstance(rules, list):
        raise WrongUse(f"{path}: write [[rule]] with two brackets.")
    for number, entry in enumerate(rules, 1):
        _add_entry(book, entry, f"{path}, rule {number}", str(path))
    for old, new in text.get("renames", {}).items():
        if len(old.split()) != 2 or len(str(new).split()) != 2:
            raise WrongUse(f'{path}: a rename is "module Class" = "module Class".')
        book.rename(tuple(old.split()), tuple(new.split()))


def _add_entry(book, entry, where, origin):
    missing = [name for name in ("class", "attribute") if name not in entry]
    if missing:
        raise WrongUse(f"{where}: {' and '.join(missing)} is missing.")
    parts = {part: entry[part] for part in PARTS if part in entry}
    unknown = set(entry) - set(PARTS) - {"class", "attribute"}
    if unknown or not parts:
        raise WrongUse(
            f"{where}: give at least one of {', '.join(PARTS)}, nothing else"
            + (f" (not {', '.join(sorted(unknown))})." if unknown else ".")
        )
    try:
        book.add(entry["class"], entry["attribute"], parts, origin)
    except WrongUse as error:
        raise WrongUse(f"{where}: {error}") from None
