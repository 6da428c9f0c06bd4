"""Forms made in the browser: what callers may rely on.

A *definition* is plain JSON-like data (docs/reference/definition.md). Parsed,
it is a `Definition`: fieldsets of fields, each of a *kind*. A kind is a named
utility, so an add-on brings a new one by registering it.
"""

from ..exceptions import HoardError
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from zope.i18n import interpolate
from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.interfaces import IObjectEvent


DEFINITION_VERSION = 1


def in_english(message):
    """*message* in English with its numbers filled in, for logs and `str`."""
    return interpolate(message, getattr(message, "mapping", None))


class DefinitionError(HoardError, ValueError):
    """A definition cannot be used; nothing was stored.

    ``problems`` is a list of ``(path, message)``, the path in the words of
    the JSON: ``fieldsets[0].fields[2].max_length``.
    """

    def __init__(self, problems):
        self.problems = list(problems)
        super().__init__(
            "; ".join(f"{path}: {in_english(text)}" for path, text in self.problems)
        )


class DefinitionChanged(HoardError):
    """Somebody else changed the definition since the editor's page was made."""


class ValueRefused(HoardError, ValueError):
    """One value is not acceptable; ``args[0]`` tells the visitor what to do."""


class SubmissionRefused(HoardError, ValueError):
    """A submission is not acceptable as it is; nothing was stored.

    ``errors`` maps field ids to messages; the key "" holds what concerns no
    single field.
    """

    def __init__(self, errors):
        self.errors = dict(errors)
        messages = (f"{k}: {in_english(v)}" for k, v in self.errors.items())
        super().__init__("; ".join(messages))


class TokenRefused(HoardError):
    """The one-time token is missing, forged, of another form or expired."""


class SentTooFast(HoardError):
    """The form came back sooner than a person could have filled it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Site-wide limits, see the control panel. Sizes in characters and bytes."""

    text_length: int = 10_000
    file_size: int = 10 * 1024 * 1024
    fill_seconds: int = 2
    page_size: int = 20


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``settings`` holds what its kind knows beyond the common ones."""

    id: str
    kind: str
    title: str
    help: str = ""
    required: bool = False
    default: object = None
    settings: Mapping = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fieldset:
    id: str
    title: str
    description: str
    fields: tuple


@dataclass(frozen=True, slots=True)
class Definition:
    """A checked definition; ``data`` is the plain data it was made from."""

    fieldsets: tuple
    data: Mapping

    @property
    def fields(self):
        """All fields in order, whatever their fieldset."""
        return tuple(f for fieldset in self.fieldsets for f in fieldset.fields)


class IFieldKind(Interface):
    """One kind of field; a utility, its name is what definitions call it."""

    title = Attribute("What editors read, a message id.")
    order = Attribute("Place in the list of kinds, an integer.")
    widget = Attribute("Name of the macro in ``widgets.pt`` that draws it.")
    settings = Attribute("Tuple of `settings.Setting` beyond the common ones.")
    types = Attribute("Tuple of the exact types that its stored values have.")
    stores = Attribute("False when it takes no input, as static text.")
    can_be_required = Attribute("Whether `required` has a meaning.")
    can_have_default = Attribute("Whether `default` has a meaning.")
    missing = Attribute("What a visitor reads who left a required field empty.")
    default_editor = Attribute("Which of `editing.EDITORS` edits the default.")

    def problems(field):
        """Yield ``(setting name, message)`` for settings that contradict."""

    def from_text(field, raw):
        """The plain value of *raw*, what a browser sent: a str, a list of str
        or a `FileUpload`; None when it is empty.

        :raises ValueRefused:
        """

    def from_json(field, raw):
        """The same for what a JSON client sent.

        :raises ValueRefused:
        """

    def check(field, value, limits):
        """Check a value that is not None.

        :raises ValueRefused:
        """

    def to_text(field, value):
        """The text for the browser's input, as `from_text` takes it."""

    def display(field, value):
        """The value as a person reads it, a str."""

    def to_csv(field, value):
        """The value as a str, int, Decimal or None for a spreadsheet cell."""

    def to_json(field, value):
        """The value as JSON data, as `from_json` takes it (files: described)."""

    def attributes(field, limits):
        """dict of HTML attributes for the input element."""


class IHoardForm(Interface):
    """Content that is a form; provided by the behavior ``collective.hoard.form``."""


class ISubmissionsExtra(Interface):
    """Something more on the page that lists submissions, above the list.

    A named adapter of the form and the request; other parts of the add-on, and
    other add-ons, bring theirs.
    """

    order = Attribute("Place on the page, an integer; the smallest comes first.")

    def render():
        """The HTML, a str; empty for nothing. Reads only."""


class ISubmissionEvent(IObjectEvent):
    """Something happened to a row of the form ``object``."""

    keys = Attribute("Keys of the rows concerned.")
    form_uid = Attribute("UUID of the form.")


class ISubmissionAdded(ISubmissionEvent):
    """A row was stored; ``keys`` has one key."""


class ISubmissionChanged(ISubmissionEvent):
    """A row was changed; ``keys`` has one key."""


class ISubmissionsRemoved(ISubmissionEvent):
    """Rows were removed, by a person or because their time was over."""


class IDefinitionChanged(IObjectEvent):
    """The form ``object`` has a new definition."""


class IUploadInspector(Interface):
    """Looks at what visitors upload; a subscription adapter of the form.

    There may be none or several; each sees every file.
    """

    def inspect(upload):
        """Look at a `kinds.file.Upload` before it is stored. Its stream is where
        it was afterwards.

        :raises ValueRefused: the text tells the visitor what to do.
        """

    def stored(value):
        """The file *value* was made of it and will be stored; may `hold` it."""
