"""The page where receivers correct a submission."""

from ...ledger.interfaces import StaleRevision
from ..amend import amend
from ..amend import as_raw
from ..amend import misfits
from ..asking import read_key
from ..behavior import get_definition
from ..characters import printable
from ..characters import showable
from ..columns import as_text
from ..fill import input_fields
from ..fill import kind_of
from ..interfaces import DefinitionError
from ..interfaces import SubmissionRefused
from ..kinds.choice import options
from ..limits import get_limits
from .drawing import draw
from .drawing import summary
from .filling import files_again
from .filling import sent
from .filling import static_url
from .filling import user_id
from .receiver import Receiver
from collective.hoard import _
from dataclasses import replace
from plone.protect import CheckAuthenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


UNUSABLE = _(
    "This submission cannot be edited here: its form was changed with a newer version "
    "of collective.hoard than this site has, or with an add-on that is no longer "
    "installed. Nothing was changed."
)
NO_FIELDS = _("The form has no fields any more, so there is nothing to edit.")
NO_REVISION = _(
    "Something is missing in what your browser sent. Nothing was stored. Please check "
    "the answers and press Save once more."
)
MISFIT = _(
    "Stored is “${value}”, which does not fit this field any more. "
    "Saving puts in its place what you see here."
)
NOT_OFFERED = _("${value} (no longer offered)")
STORED_FILE = _("Stored is ${file}. It is kept if you do not choose another one.")
#: Characters of a stored value that a message shows.
SHOWN = 80


class EditSubmission(Receiver):
    """``@@hoard-submissions/KEY/edit``; who calls it has checked the right.

    A POST stores and leads back to the submission. The page carries the
    revision it was made from; it is refused when that is not the present one.
    """

    index = ViewPageTemplateFile("templates/edit_submission.pt")
    widgets_template = ViewPageTemplateFile("templates/widgets.pt")
    errors = None
    #: Whether the row was changed since its reader saw it, and how.
    stale = False
    meanwhile = ()

    def __call__(self, submission):
        """*submission* is the `Submission` page, with its row."""
        self.submission = submission
        self.row = submission.row
        self.revision = self.row.revision
        return super().__call__()

    def answer(self):
        posted = self.request.method == "POST"
        if posted:
            CheckAuthenticator(self.request)
        try:
            self.definition = get_definition(self.context)
        except DefinitionError:
            return self.notice(UNUSABLE, 409 if posted else 200)
        if not input_fields(self.definition):
            return self.notice(NO_FIELDS)
        return self._save() if posted else self._first_look()

    def _first_look(self):
        values = self.row.values
        self.errors = {
            id: _(MISFIT, mapping={"value": printable(as_text(values[id]))[:SHOWN]})
            for id in misfits(self.definition, values)
        }
        fields = input_fields(self.definition)
        return self._show({f.id: as_raw(f, k, values.get(f.id)) for f, k in fields})

    def _save(self):
        fields = input_fields(self.definition)
        # What a browser leaves out, as an unticked box, is empty.
        raw = {field.id: None for field, _kind in fields} | sent(self.request.form)
        seen = read_key(self.request.form.get("revision"))
        if seen is None:
            return self._again(raw, {"": NO_REVISION})
        # Shown again, the page is still made from what its reader has seen.
        self.revision = seen
        try:
            stored = amend(
                self.context, self.row.key, raw, revision=seen, user_id=user_id()
            )
        except SubmissionRefused as refused:
            return self._again(raw, refused.errors)
        except StaleRevision as stale:
            self.stale, self.revision = True, stale.actual
            self.meanwhile = list(self.submission.changes_since(seen))
            return self._again(raw, {})
        self.tell(_("Saved.") if stored != seen else _("Nothing was changed."))
        return self.redirect(self.submission.url, 303)

    def _again(self, raw, errors):
        """Show what was typed once more."""
        self.errors = {**files_again(self.definition, raw), **errors}
        return self._show(raw, 422)

    def _show(self, raw, status=200):
        definition = self._for_receivers(raw)
        self.groups = draw(definition, get_limits(), raw, self.errors)
        for group in self.groups:
            for widget in group.widgets:
                if widget.macro == "hidden":
                    widget.macro = "input"
        self.summary = summary(self.groups, self.errors)
        self.request.response.setStatus(status)
        return self.index()

    def _for_receivers(self, raw):
        """The definition as this page draws it: no text to read, and with what
        is stored but would not be in a new submission."""
        fieldsets = []
        for fieldset in self.definition.fieldsets:
            pairs = ((field, kind_of(field)) for field in fieldset.fields)
            fields = tuple(self._field(f, k, raw) for f, k in pairs if k.stores)
            fieldsets.append(replace(fieldset, fields=fields))
        return replace(self.definition, fieldsets=tuple(fieldsets))

    def _field(self, field, kind, raw):
        stored = self.row.values.get(field.id)
        if kind.widget in ("one_of", "many_of"):
            shown = [raw.get(field.id), as_raw(field, kind, stored)]
            return with_options(field, shown)
        if kind.widget == "file" and type(stored) in kind.types:
            told = _(STORED_FILE, mapping={"file": kind.display(field, stored)})
            text = " ".join(filter(None, [field.help, self.translate(told)]))
            return replace(field, help=text, required=False)
        return field

    @property
    def widgets(self):
        return self.widgets_template

    @property
    def static(self):
        return static_url()

    @property
    def url(self):
        return f"{self.submission.url}/edit"

    @property
    def enctype(self):
        has_files = any(w.macro == "file" for g in self.groups for w in g.widgets)
        return "multipart/form-data" if has_files else None

    @property
    def has_required(self):
        return any(w.required for g in self.groups for w in g.widgets)


def with_options(field, shown):
    """*field* with an option for each value in *shown*, texts or lists of them,
    that it does not offer: an input must show what is stored."""
    offered = dict(options(field))
    listed = [v for one in shown for v in (one if isinstance(one, list) else [one])]
    missing = dict.fromkeys(showable(v) for v in listed if isinstance(v, str) and v)
    extra = [
        {"value": value, "title": _(NOT_OFFERED, mapping={"value": value})}
        for value in missing
        if value not in offered
    ]
    settings = {**field.settings, "options": [*field.settings["options"], *extra]}
    return replace(field, settings=settings)
