"""The settings of a field as a form of their own.

A kind's settings are drawn and checked like any visitor's form: one set of
inputs, one way of showing errors. What JSON has in another shape than an
input (choices, file types, dates) goes through one of `EDITORS`.
"""

from .definition import BAD_ID
from .definition import field_problems
from .definition import ID
from .definition import make_field
from .fill import fill
from .interfaces import Definition
from .interfaces import Field
from .interfaces import Fieldset
from .interfaces import Limits
from .interfaces import SubmissionRefused
from .kinds.choice import SEPARATOR
from .kinds.moment import Moment
from .kinds.number import plain
from collections.abc import Callable
from collective.hoard import _
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
import re


#: An editor may paste long lists of choices or texts, whatever the visitors'
#: limit is.
EDITOR_LIMITS = Limits(text_length=100_000)


@dataclass(frozen=True, slots=True)
class Editor:
    """How a setting is edited: by which kind of field, and what becomes of it.

    ``to_json`` makes JSON of the field's value, ``to_raw`` makes of JSON what
    the input shows.
    """

    kind: str
    to_json: Callable[[Any], Any] = lambda value: value
    to_raw: Callable[[Any], Any] = str
    settings: tuple = ()


def _number(value):
    """A JSON number of exactly this value; its text where there is none, which
    is refused then."""
    number = int(value) if value == int(value) else float(value)
    return number if value == Decimal(repr(number)) else format(value, "f")


def _number_to_raw(value):
    return value if isinstance(value, str) else plain(value)


def _moment_to_raw(text):
    """As the input for a date with a time wants it: in the site's zone."""
    kind = Moment()
    return kind.to_text(None, kind.from_json(None, text))


def _lines_to_raw(value):
    return value if isinstance(value, str) else "\n".join(value)


def _options_to_json(text):
    found = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        value, separator, title = (part.strip() for part in line.partition(SEPARATOR))
        found.append({"value": value, "title": title} if separator else {"value": line})
    return found


def _options_to_raw(listed):
    return "\n".join(
        f"{o['value']} {SEPARATOR} {o['title']}" if o.get("title") else o["value"]
        for o in listed
    )


def _split(text):
    return [w.lstrip(".").lower() for w in re.split(r"[\s,;]+", text) if w]


def _lines(text):
    return [line.strip() for line in text.split("\n") if line.strip()]


EDITORS = {
    "text": Editor("text"),
    "long_text": Editor("long_text", settings=(("rows", 3),)),
    "integer": Editor("integer"),
    "decimal": Editor("decimal", _number, _number_to_raw),
    # As text: a default of 2.50 shall not become 2.5.
    "decimal_text": Editor("decimal", lambda value: format(value, "f"), _number_to_raw),
    "yes_no": Editor("yes_no", to_raw=lambda value: "1" if value is True else value),
    "date": Editor("date", lambda value: value.isoformat()),
    "date_time": Editor("date_time", lambda value: value.isoformat(), _moment_to_raw),
    "lines": Editor("long_text", _lines, _lines_to_raw, (("rows", 3),)),
    "options": Editor("long_text", _options_to_json, _options_to_raw, (("rows", 8),)),
    "extensions": Editor("text", _split, ", ".join),
}
APPEARANCES = {
    "radio": _("Radio buttons"),
    "checkboxes": _("Checkboxes"),
    "select": _("List to select from"),
}


def settings_definition(kind, adding=False):
    """The `Definition` of the form that edits the settings of *kind*."""
    fields = [_field("title", "text", _("Title"), _("What visitors read."), True)]
    if adding:
        fields.append(_field("id", "text", _("Short name"), ID_HELP))
    if kind.stores:
        fields.append(
            _field("help", "long_text", _("Help"), _("Shown below the field."))
        )
    if kind.can_be_required:
        fields.append(_field("required", "yes_no", _("Required")))
    fields += [_setting(kind, setting) for setting in kind.settings]
    if kind.can_have_default:
        default = _("What the field holds when the form is opened.")
        fields.append(_field("default", kind.default_editor, _("Default"), default))
    return Definition((Fieldset("settings", "", "", tuple(fields)),), {})


ID_HELP = _(
    "For exports and programs; made from the title when left empty. "
    "It can never be changed later."
)


def _field(name, editor, title, help="", required=False):
    editor = EDITORS[editor]
    return Field(name, editor.kind, title, help, required, None, dict(editor.settings))


def _setting(kind, setting):
    if setting.name != "appearance":
        return _field(
            setting.name, setting.editor, setting.title, setting.help, setting.required
        )
    offered = [{"value": v, "title": APPEARANCES[v]} for v in kind.appearances]
    settings = {"options": offered, "empty": _("Automatic")}
    return Field(setting.name, "one_of", setting.title, settings=settings)


def settings_to_raw(kind, data):
    """What the inputs show for a field's plain *data*."""
    editors = _editors(kind)
    return {
        name: editors[name].to_raw(value)
        for name, value in data.items()
        if name in editors
    }


def settings_from_raw(kind, name, raw, taken=(), field_id=None):
    """Plain data of a field of the kind called *name*, checked.

    :param taken: ids that a new field must not have.
    :param field_id: the id of the field that is changed; None for a new one,
        whose id comes from *raw* or is left out.
    :raises SubmissionRefused: errors by name of setting.
    """
    values = fill(settings_definition(kind, field_id is None), raw, EDITOR_LIMITS)
    errors = _id_errors(values.get("id"), taken)
    editors = _editors(kind)
    data = {"id": values.pop("id", field_id or ""), "kind": name}
    data |= {key: editors[key].to_json(value) for key, value in values.items()}
    if not data.get("required"):
        data.pop("required", None)
    if kind.default_editor == "yes_no" and not data.get("default"):
        data.pop("default", None)
    errors |= _setting_errors(kind, data)
    if errors:
        raise SubmissionRefused(errors)
    return data


def _editors(kind):
    plain = {
        "title": "text",
        "help": "long_text",
        "required": "yes_no",
        "default": kind.default_editor,
        "id": "text",
    }
    own = {
        s.name: "text" if s.editor == "appearance" else s.editor for s in kind.settings
    }
    return {name: EDITORS[editor] for name, editor in (plain | own).items()}


def _id_errors(wanted, taken):
    if not wanted:
        return {}
    if not ID.match(wanted):
        return {"id": BAD_ID}
    if wanted in taken:
        return {"id": _("Already in use, perhaps by a field that was removed.")}
    return {}


def _setting_errors(kind, data):
    wrong = {
        setting.name: setting.problem(data[setting.name])
        for setting in kind.settings
        if setting.name in data and setting.problem(data[setting.name])
    }
    return wrong or dict(field_problems(kind, make_field(data)))
