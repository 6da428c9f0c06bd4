"""Pages where editors add, change, order and remove fields."""

from .. import design
from ..editing import EDITOR_LIMITS
from ..editing import settings_definition
from ..editing import settings_from_raw
from ..editing import settings_to_raw
from ..interfaces import DefinitionChanged
from ..interfaces import DefinitionError
from ..interfaces import IFieldKind
from ..interfaces import SubmissionRefused
from ..keeping import find_ledger
from ..keeping import set_definition
from .design_page import DesignPage
from .design_page import GONE
from .design_page import KEPT
from .drawing import draw
from .drawing import summary
from .filling import sent
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import getUtilitiesFor
from zope.component import queryUtility


class FieldsPage(DesignPage):
    """All fields of the form, in their order."""

    template = ViewPageTemplateFile("templates/fields.pt")
    MOVES = {"up": -1, "down": 1}

    def respond(self):
        if not self.posted():
            return self.template()
        step = self.MOVES.get(self.text("move"))
        field, fieldset = self.text("field"), self.text("fieldset")
        if step and field:
            return self.change(design.move_field, field, step, anchor=f"f-{field}")
        if step and fieldset:
            anchor = f"s-{fieldset}"
            return self.change(design.move_fieldset, fieldset, step, anchor=anchor)
        return self.back()

    def fieldsets(self):
        """Fieldsets with their fields, each with the title of its kind."""
        fieldsets = self.data["fieldsets"]
        for fieldset in fieldsets:
            for field in fieldset["fields"]:
                kind = queryUtility(IFieldKind, field["kind"])
                field["kind_title"] = kind.title if kind else field["kind"]
        return fieldsets or [{"id": "", "title": "", "fields": []}]

    def kinds(self):
        """``(name, title)`` of the kinds of field, in the editors' order."""
        found = getUtilitiesFor(IFieldKind)
        ordered = sorted(found, key=lambda pair: pair[1].order)
        return [(name, kind.title) for name, kind in ordered]

    def submissions(self):
        ledger = find_ledger(self.context)
        return len(ledger) if ledger is not None else 0


class FieldPage(DesignPage):
    """Settings of one field, a new one (``kind``) or a present one (``id``)."""

    template = ViewPageTemplateFile("templates/field.pt")

    def respond(self):
        self.field_id = self.text("id")
        try:
            self.old = self._old() if self.field_id else None
        except design.NoSuchField:
            self.say(GONE, "warning")
            return self.back()
        self.kind_name = self.old["kind"] if self.old else self.text("kind")
        self.kind = queryUtility(IFieldKind, self.kind_name)
        if self.kind is None:
            return self._no_such_kind()
        if self.posted():
            return self._save()
        raw = settings_to_raw(self.kind, self.old) if self.old else None
        return self._show(raw)

    def _old(self):
        fieldset, index = design.find_field(self.data, self.field_id)
        return fieldset["fields"][index]

    def _no_such_kind(self):
        if not self.old:
            raise NotFound(self.context, self.kind_name[:80], self.request)
        text = _(
            "Fields of the kind ${kind} cannot be edited: the add-on that brought "
            "them is no longer installed. Install it again or remove the field.",
            mapping={"kind": self.kind_name},
        )
        self.say(text, "warning")
        return self.back(f"f-{self.field_id}")

    def _save(self):
        raw = sent(self.request.form)
        try:
            field = settings_from_raw(
                self.kind, self.kind_name, raw, self._taken(), self.field_id or None
            )
            self._store(field)
        except SubmissionRefused as refused:
            self.errors = refused.errors
        except DefinitionChanged:
            self.errors = {"": KEPT}
        except DefinitionError as error:
            self.errors = {"": self.in_words(error)}
        else:
            self.say(_("Saved."))
            return self.back(f"f-{field['id']}")
        self.request.response.setStatus(422)
        return self._show(raw)

    def _store(self, field):
        if self.old:
            data = design.change_field(self.data, self.field_id, field)
        else:
            field["id"] = field["id"] or design.new_id(field["title"], self._taken())
            data = design.add_field(self.data, field, self._target())
        set_definition(self.context, data, expected=self.text("fingerprint"))

    def _target(self):
        """The wanted fieldset; None, the last one, if it was removed meanwhile."""
        wanted = self.text("fieldset")
        return wanted if wanted in design.fieldset_ids(self.data) else None

    def _taken(self):
        """Ids in use, and those of removed fields: their columns are still there."""
        ledger = find_ledger(self.context)
        known = ledger.schemas.values() if ledger is not None else ()
        versions = filter(design.readable, known)
        return design.ids(self.data).union(*map(design.ids, versions))

    def _show(self, raw):
        definition = settings_definition(self.kind, adding=not self.old)
        self.groups = draw(definition, EDITOR_LIMITS, raw, self.errors)
        self.summary = summary(self.groups, self.errors)
        return self.template()


class FieldRemove(DesignPage):
    """Asks before a field is removed, and says what stays."""

    template = ViewPageTemplateFile("templates/field_remove.pt")

    def respond(self):
        field_id = self.text("id")
        try:
            fieldset, index = design.find_field(self.data, field_id)
        except design.NoSuchField:
            self.say(GONE, "warning")
            return self.back()
        self.field = fieldset["fields"][index]
        if self.posted():
            return self.change(design.remove_field, field_id, done=_("Removed."))
        ledger = find_ledger(self.context)
        self.count = len(ledger) if ledger is not None else 0
        return self.template()


class FieldsetPage(DesignPage):
    """Title and description of a fieldset, a new one or a present one."""

    template = ViewPageTemplateFile("templates/fieldset.pt")
    summary = ()

    def respond(self):
        self.fieldset_id = self.text("id")
        try:
            self.title, self.description = self._present()
        except design.NoSuchField:
            self.say(GONE, "warning")
            return self.back()
        if not self.posted():
            return self.template()
        if self.text("remove"):
            return self.change(
                design.remove_fieldset, self.fieldset_id, done=_("Removed.")
            )
        self.title = " ".join(self.text("title").split())
        self.description = self.text("description").strip()
        return self._save()

    def _save(self):
        if self.fieldset_id:
            change, name = design.change_fieldset, self.fieldset_id
        else:
            taken = design.fieldset_ids(self.data)
            name = design.new_id(self.title or "part", taken)
            change = design.add_fieldset
        data = change(self.data, name, self.title, self.description)
        try:
            set_definition(self.context, data, expected=self.text("fingerprint"))
        except DefinitionChanged:
            return self._again(KEPT)
        except DefinitionError as error:
            return self._again(self.in_words(error))
        self.say(_("Saved."))
        return self.back(f"s-{name}")

    def _again(self, message):
        """Show what was typed once more, with *message* on top."""
        self.summary = [(None, None, message)]
        self.request.response.setStatus(422)
        return self.template()

    def _present(self):
        if not self.fieldset_id:
            return "", ""
        index = design.find_fieldset(self.data, self.fieldset_id)
        fieldset = self.data["fieldsets"][index]
        return fieldset.get("title", ""), fieldset.get("description", "")

    @property
    def removable(self):
        return bool(self.fieldset_id) and len(self.data["fieldsets"]) > 1
