"""Settings of fields: their names, types and what is wrong with a value."""

from .characters import has_control
from collective.hoard import _
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind.

    ``editor`` names which of `editing.EDITORS` edits it in the browser;
    ``types`` are the JSON types it may have.
    """

    name: str
    editor: str
    types: tuple
    title: str
    help: str = ""
    required: bool = False
    lowest: int = 0

    def problem(self, value):
        """What is wrong with *value*, or None."""
        if not isinstance(value, self.types) or (
            isinstance(value, bool) and bool not in self.types
        ):
            return _(
                "Must be: ${type}.",
                mapping={"type": " / ".join(JSON_NAMES[t] for t in self.types)},
            )
        if isinstance(value, str) and has_control(value):
            return NO_CONTROL
        if self.types == (int,) and not self.lowest <= value < 2**53:
            lowest = {"lowest": self.lowest}
            text = _(
                "Must be a whole number from ${lowest} to 9007199254740991.",
                mapping=lowest,
            )
            return text
        return None


NO_CONTROL = _("Has control characters. Please remove or retype it.")
JSON_NAMES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "true/false",
    list: "array",
    dict: "object",
}

MIN_LENGTH = Setting("min_length", "integer", (int,), _("Minimum length"))
MAX_LENGTH = Setting(
    "max_length",
    "integer",
    (int,),
    _("Maximum length"),
    _("In characters. The site has a limit as well."),
    lowest=1,
)
PATTERN = Setting(
    "pattern",
    "text",
    (str,),
    _("Pattern"),
    _("A regular expression that the whole text must match, as [0-9]{5}."),
)
PATTERN_MESSAGE = Setting(
    "pattern_message",
    "text",
    (str,),
    _("Message when the pattern does not match"),
    _("Say what to type, for instance: five digits, as 04109."),
)
PLACEHOLDER = Setting("placeholder", "text", (str,), _("Example shown in the field"))
ROWS = Setting("rows", "integer", (int,), _("Height in lines"))
OPTIONS = Setting(
    "options",
    "options",
    (list,),
    _("Choices"),
    _(
        "One per line. To store something shorter than what is shown, "
        "write it first: no | No, thank you"
    ),
    required=True,
)
APPEARANCE = Setting(
    "appearance",
    "appearance",
    (str,),
    _("Shown as"),
)
MIN_CHOICES = Setting("min_choices", "integer", (int,), _("Choose at least"))
MAX_CHOICES = Setting("max_choices", "integer", (int,), _("Choose at most"), lowest=1)
MAX_SIZE = Setting(
    "max_size",
    "integer",
    (int,),
    _("Maximum size in kB"),
    _("The site has a limit as well."),
    lowest=1,
)
EXTENSIONS = Setting(
    "extensions",
    "extensions",
    (list,),
    _("Allowed file types"),
    _("File name endings, as: pdf, png, jpg. All when left empty."),
)
TEXT = Setting(
    "text",
    "long_text",
    (str,),
    _("Text"),
    _("An empty line begins a new paragraph."),
    required=True,
)
