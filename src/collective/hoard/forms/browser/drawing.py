"""A form as the templates draw it: plain objects, everything decided.

The visitors' page, the field editor and the editing of a submission all draw
through here, so that a label, an error and an input look and behave the same.
"""

from ..characters import showable
from ..fill import kind_of
from ..interfaces import ValueRefused
from ..kinds.choice import options
from collective.hoard import _
from dataclasses import dataclass
from dataclasses import field as dataclass_field


PREFIX = "field."
#: Up to so many choices are shown as radio buttons or checkboxes.
FEW = 7


@dataclass(slots=True)
class Widget:
    """One field on a page. ``macro`` names what in ``widgets.pt`` draws it."""

    macro: str
    input_id: str
    name: str
    title: object
    help: object
    required: bool
    error: object
    value: object
    attributes: dict = dataclass_field(default_factory=dict)
    choices: list = dataclass_field(default_factory=list)
    paragraphs: list = dataclass_field(default_factory=list)

    @property
    def error_id(self):
        return f"{self.input_id}-error"

    @property
    def help_id(self):
        return f"{self.input_id}-help"

    @property
    def focus_id(self):
        """Where the error summary leads: the input, or the first of several; None
        where nothing can have the focus."""
        if self.macro == "hidden":
            return None
        many = self.macro in ("radios", "checkboxes")
        return f"{self.input_id}-0" if many else self.input_id


@dataclass(slots=True)
class Group:
    """A fieldset on a page; without a title it is drawn without a frame."""

    id: str
    title: object
    description: object
    widgets: list


def draw(definition, limits, raw=None, errors=None):
    """The `Group` list of *definition*.

    :param raw: mapping of field id to what was sent; None for a first look,
        which shows the defaults.
    :param errors: mapping of field id to message.
    """
    return [
        Group(
            f"fieldset-{fieldset.id}",
            fieldset.title,
            fieldset.description,
            [
                _widget(f, kind_of(f), limits, raw, errors or {})
                for f in fieldset.fields
            ],
        )
        for fieldset in definition.fieldsets
        if fieldset.fields
    ]


def _widget(field, kind, limits, raw, errors):
    widget = Widget(
        macro=kind.widget,
        input_id=f"field-{field.id}",
        name=f"{PREFIX}{field.id}",
        title=field.title,
        help=field.help,
        required=field.required,
        error=errors.get(field.id),
        value=_shown(field, kind, raw),
    )
    if kind.widget in ("one_of", "many_of"):
        _add_choices(widget, field)
    elif kind.widget == "static":
        widget.paragraphs = paragraphs(field.settings["text"])
    elif kind.widget == "checkbox":
        ticked = _is_ticked(field, kind, widget.value)
        widget.attributes["checked"] = "checked" if ticked else None
    widget.attributes |= _attributes(widget, kind.attributes(field, limits))
    return widget


def _shown(field, kind, raw):
    """What the input shows: what was sent, or else the default."""
    if raw is None:
        default = (
            None if field.default is None else kind.from_json(field, field.default)
        )
        return kind.to_text(field, default)
    sent = raw.get(field.id)
    if kind.widget == "many_of":
        several = sent if isinstance(sent, (list, tuple)) else [sent]
        return [showable(v) for v in several if isinstance(v, str)]
    return showable(sent) if isinstance(sent, str) else ""


def _is_ticked(field, kind, shown):
    """A link or a program may send anything: only a clear yes ticks the box."""
    try:
        return kind.from_text(field, shown)
    except ValueRefused:
        return False


def _add_choices(widget, field):
    offered = options(field)
    look = field.settings.get("appearance") or (
        "few" if len(offered) <= FEW else "select"
    )
    several = widget.macro == "many_of"
    if look == "select":
        widget.macro = "select_many" if several else "select"
    else:
        widget.macro = "checkboxes" if several else "radios"
    if not several and (look == "select" or not widget.required):
        nothing = _("Please choose") if widget.required else _("No answer")
        empty = field.settings.get("empty", nothing)
        offered = [("", empty), *offered]
    chosen = widget.value if several else [widget.value]
    widget.choices = [
        {"id": f"{widget.input_id}-{i}", "value": v, "title": t, "chosen": v in chosen}
        for i, (v, t) in enumerate(offered)
    ]


def _attributes(widget, own):
    described = [
        id
        for id, present in (
            (widget.error_id, widget.error),
            (widget.help_id, widget.help),
        )
        if present
    ]
    return {
        **own,
        "aria-describedby": " ".join(described) or None,
        "aria-invalid": "true" if widget.error else None,
        "required": "required" if widget.required else None,
    }


def paragraphs(text):
    """*text* as a list of paragraphs, each a list of lines."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return [block.strip().split("\n") for block in blocks if block.strip()]


def summary(groups, errors):
    """``(target id, title, message)`` for each error, in the form's order."""
    known = [
        (w.focus_id, w.title, w.error) for g in groups for w in g.widgets if w.error
    ]
    general = errors.get("") if errors else None
    return ([(None, None, general)] if general else []) + known
