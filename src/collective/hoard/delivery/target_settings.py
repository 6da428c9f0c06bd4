"""Targets as administrators configure them: from plain data to `Target`."""

from ..forms.characters import has_control
from ..forms.settings import NO_CONTROL
from .interfaces import ITargetKind
from .interfaces import RulesError
from .interfaces import Target
from collective.hoard import _
from zope.component import queryUtility
import json
import re


ID = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
BAD_ID = _(
    "Must begin with a lower-case letter and then have lower-case letters, digits, "
    "_ and -, 40 characters at most."
)
MAX_TARGETS = 100
MAX_OPTION = 2000
ENTRIES = {"id", "kind", "title", "enabled", "options"}


def parse_targets(data):
    """The `Target` tuple of plain *data*, a list.

    :raises RulesError: with every problem found.
    """
    problems = []
    if not isinstance(data, list) or len(data) > MAX_TARGETS or not _is_plain(data):
        text = _("Must be an array of at most ${n}.", mapping={"n": MAX_TARGETS})
        raise RulesError([("targets", text)])
    found, names = [], set()
    for number, one in enumerate(data):
        path = f"targets[{number}]"
        target, wrong = _target(one, path)
        problems += wrong
        if target is not None and target.name in names:
            problems.append((f"{path}.id", _("Is there twice.")))
        if target is not None:
            names.add(target.name)
            found.append(target)
    if problems:
        raise RulesError(problems)
    return tuple(found)


def _target(data, path):
    """``(Target or None, problems)``"""
    if not isinstance(data, dict) or not isinstance(data.get("options"), dict):
        return None, [(path, _("Must be an object."))]
    kind = data.get("kind")
    utility = queryUtility(ITargetKind, kind) if isinstance(kind, str) else None
    if utility is None:
        return None, [(f"{path}.kind", _("This site has no such kind of target."))]
    unknown = _("Not known here; please check the spelling.")
    wrong = [(f"{path}.{name}"[:200], unknown) for name in data if name not in ENTRIES]
    if not isinstance(data.get("id"), str) or not ID.match(data["id"]):
        wrong.append((f"{path}.id", BAD_ID))
    title = data.get("title")
    if not isinstance(title, str) or not title.strip() or has_control(title):
        wrong.append((f"{path}.title", _("This is missing.")))
    if not isinstance(data.get("enabled", True), bool):
        wrong.append((f"{path}.enabled", _("Must be true or false.")))
    wrong += _option_problems(utility, data["options"], f"{path}.options")
    if wrong:
        return None, wrong
    values = (data["id"], kind, title, data.get("enabled", True), data["options"])
    return Target(*values), []


def _option_problems(kind, options, path):
    known = {option.id for option in kind.options}
    for name, value in options.items():
        if name not in known:
            yield (
                f"{path}.{name}"[:200],
                _("Not known here; please check the spelling."),
            )
        elif not isinstance(value, (str, int, bool)):
            yield f"{path}.{name}", _("Must be text, a number, true or false.")
        elif isinstance(value, str) and has_control(value):
            yield f"{path}.{name}", NO_CONTROL
        elif isinstance(value, str) and len(value) > MAX_OPTION:
            limit = {"limit": MAX_OPTION}
            yield (
                f"{path}.{name}",
                _("Is longer than ${limit} characters.", mapping=limit),
            )
    for option in kind.options:
        if option.required and options.get(option.id) in (None, ""):
            yield f"{path}.{option.id}", _("This is missing.")
    plain = {k: v for k, v in options.items() if k in known}
    if all(isinstance(v, (str, int, bool)) for v in plain.values()):
        for name, message in kind.problems(plain):
            yield f"{path}.{name}", message


def _is_plain(data):
    try:
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return False
    return True
