"""From plain data to a checked `Definition`, or to the list of its problems."""

from .characters import has_control
from .characters import printable
from .interfaces import Definition
from .interfaces import DEFINITION_VERSION
from .interfaces import DefinitionError
from .interfaces import Field
from .interfaces import Fieldset
from .interfaces import IFieldKind
from .interfaces import Limits
from .interfaces import ValueRefused
from .settings import NO_CONTROL
from collective.hoard import _
from dataclasses import replace
from zope.component import queryUtility
import json
import re


#: Ids of fields and fieldsets: short, safe in HTML ids, CSV headers and URLs.
#: No leading underscore: the ledger keeps its own entries there.
ID = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
BAD_ID = _(
    "Must begin with a lower-case letter and then have lower-case letters, digits "
    "and _, 64 characters at most."
)
#: More than a person would fill in; keeps a hostile definition from filling memory.
MAX_FIELDS = 500
MAX_CHARACTERS = 1_000_000
#: Bytes, or characters: JSON may write one character as six, as \u00fc.
MAX_JSON = 6 * MAX_CHARACTERS
TOO_LARGE = _("Is larger than 1,000,000 characters.")
#: Nobody reads more at a time, and the answer must not outgrow the question.
MAX_PROBLEMS = 100
#: Settings that every kind has, with their types.
COMMON = {
    "id": str,
    "kind": str,
    "title": str,
    "help": str,
    "required": bool,
    "default": object,
}


def empty_definition():
    """The plain data of a form without fields."""
    return {"version": DEFINITION_VERSION, "fieldsets": []}


def parse(data):
    """The `Definition` of plain *data*.

    :raises DefinitionError: with every problem found, not just the first, but
        no more than 100.
    """
    parser = _Parser()
    definition = parser.definition(data)
    if parser.problems:
        raise DefinitionError(parser.problems)
    return definition


def parse_json(text):
    """The `Definition` of JSON *text* (str or bytes).

    :raises DefinitionError:
    """
    if len(text) > MAX_JSON:
        raise DefinitionError([("", TOO_LARGE)])
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = _("This is not JSON: ${error}", mapping={"error": str(error)})
        raise DefinitionError([("", message)]) from None
    return parse(data)


def field_problems(kind, field):
    """``(setting, message)`` for each thing wrong with a well-typed field."""
    found = list(kind.problems(field))
    if field.required and not kind.can_be_required:
        found.append(("required", _("Has no meaning for this kind of field.")))
    if field.default is None or found:
        return found
    if not kind.can_have_default:
        return [("default", _("Has no meaning for this kind of field."))]
    try:
        value = kind.from_json(field, field.default)
        if value is not None:
            # The default of a required tick-box may well be: not ticked.
            kind.check(replace(field, required=False), value, Limits())
    except ValueRefused as error:
        found.append(("default", error.args[0]))
    return found


def make_field(data):
    """The `Field` of well-typed plain *data*."""
    return Field(
        data["id"],
        data["kind"],
        data["title"],
        data.get("help", ""),
        data.get("required", False),
        data.get("default"),
        {name: value for name, value in data.items() if name not in COMMON},
    )


class _Parser:
    """Collects problems on its way down, so that one look finds them all."""

    def __init__(self):
        self.problems = []
        self._found = 0
        self._field_ids = set()
        self._fieldset_ids = set()

    def definition(self, data):
        if not self._is_plain(data) or not self._has_our_version(data):
            return None
        self._refuse_unknown(data, {"version", "fieldsets"}, "")
        fieldsets = self._array(data, "fieldsets", "")
        if not self._counts(fieldsets):
            return None
        parsed = [
            self._fieldset(entry, f"fieldsets[{i}]")
            for i, entry in enumerate(fieldsets)
        ]
        return Definition(tuple(parsed), data)

    def _problem(self, path, message):
        self._found += 1
        if self._found <= MAX_PROBLEMS:
            self.problems.append((path, message))

    def _is_plain(self, data):
        """Refuse what no database and no page could hold: NaN, half a
        surrogate pair, endless nesting."""
        if not isinstance(data, dict):
            self._problem("", _("Must be an object with version and fieldsets."))
            return False
        try:
            text = json.dumps(data, allow_nan=False, ensure_ascii=False)
            text.encode("utf-8")
            # Keys that are no strings, tuples: JSON turns them into others.
            plain = json.loads(text) == data
        except (TypeError, ValueError, RecursionError):
            plain = False
        if not plain:
            self._problem("", _("Holds something that is not valid JSON text."))
        elif len(text) > MAX_CHARACTERS:
            self._problem("", TOO_LARGE)
        return plain and len(text) <= MAX_CHARACTERS

    def _has_our_version(self, data):
        version = data.get("version")
        if type(version) is int and version > DEFINITION_VERSION:
            self._problem(
                "version",
                _(
                    "This is version ${version}, the site understands ${known}. "
                    "Please update collective.hoard on this site.",
                    mapping={"version": version, "known": DEFINITION_VERSION},
                ),
            )
        elif type(version) is not int or version != DEFINITION_VERSION:
            known = {"known": DEFINITION_VERSION}
            self._problem("version", _("Must be ${known}.", mapping=known))
        return not self.problems

    def _counts(self, fieldsets):
        count = sum(
            len(entry["fields"])
            for entry in fieldsets
            if isinstance(entry, dict) and isinstance(entry.get("fields"), list)
        )
        if max(count, len(fieldsets)) > MAX_FIELDS:
            limit = {"count": max(count, len(fieldsets)), "limit": MAX_FIELDS}
            text = _("There are ${count} fields; ${limit} are allowed.", mapping=limit)
            self._problem("fieldsets", text)
        return max(count, len(fieldsets)) <= MAX_FIELDS

    def _fieldset(self, data, path):
        if not self._object(data, path):
            return None
        known = {"id", "title", "description", "fields"}
        self._refuse_unknown(data, known, path)
        self._id(data, path, self._fieldset_ids)
        for name in ("title", "description"):
            self._typed(data, name, str, path)
        fields = [
            self._field(entry, f"{path}.fields[{i}]")
            for i, entry in enumerate(self._array(data, "fields", path))
        ]
        title, description = data.get("title", ""), data.get("description", "")
        return Fieldset(data.get("id"), title, description, tuple(fields))

    def _field(self, data, path):
        if not self._object(data, path):
            return None
        before = self._found
        self._id(data, path, self._field_ids)
        for name in ("title", "help", "required"):
            self._typed(data, name, COMMON[name], path)
        title = data.get("title", "")
        if isinstance(title, str) and not title.strip():
            self._problem(f"{path}.title", _("This is missing."))
        kind = self._kind(data, path)
        if self._found > before:
            return None
        field = make_field(data)
        for name, message in field_problems(kind, field):
            self._problem(f"{path}.{name}", message)
        return field

    def _kind(self, data, path):
        name = data.get("kind")
        kind = queryUtility(IFieldKind, name) if isinstance(name, str) else None
        if kind is None:
            self._problem(f"{path}.kind", _("This site has no such kind of field."))
            return None
        self._refuse_unknown(data, {*COMMON, *(s.name for s in kind.settings)}, path)
        for setting in kind.settings:
            self._setting(setting, data, path)
        return kind

    def _setting(self, setting, data, path):
        if setting.name in data:
            message = setting.problem(data[setting.name])
        else:
            message = _("This is missing.") if setting.required else None
        if message:
            self._problem(f"{path}.{setting.name}", message)

    def _object(self, data, path):
        if not isinstance(data, dict):
            self._problem(path, _("Must be an object."))
        return isinstance(data, dict)

    def _array(self, data, name, path):
        if isinstance(data.get(name), list):
            return data[name]
        self._problem(f"{path}.{name}".lstrip("."), _("Must be an array."))
        return []

    def _refuse_unknown(self, data, known, path):
        for name in data:
            if name not in known:
                where = f"{path}.{printable(name[:80])}".lstrip(".")
                self._problem(where, _("Not known here; please check the spelling."))

    def _id(self, data, path, used):
        value = data.get("id")
        if not isinstance(value, str) or not ID.match(value):
            self._problem(f"{path}.id", BAD_ID)
        elif value in used:
            self._problem(f"{path}.id", _("Already in use; ids must differ."))
        else:
            used.add(value)

    def _typed(self, data, name, kind, path):
        value = data.get(name, kind())
        if not isinstance(value, kind):
            is_bool = kind is bool
            wanted = _("Must be true or false.") if is_bool else _("Must be a string.")
            self._problem(f"{path}.{name}", wanted)
        elif isinstance(value, str) and has_control(value):
            self._problem(f"{path}.{name}", NO_CONTROL)
