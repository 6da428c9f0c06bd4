"""Mixins that make a z3c.form form keep its data in a record."""

from collective.hoard.storage.changes import apply_changes
from collective.hoard.storage.fieldnames import check_class
from collective.hoard.storage.fieldnames import check_form
from collective.hoard.storage.groups import adopt
from collective.hoard.storage.groups import RecordGroup
from collective.hoard.storage.interfaces import IRecordForm
from collective.hoard.storage.places import ALIASED
from collective.hoard.storage.places import HOARD
from collective.hoard.storage.record import check_key
from collective.hoard.storage.record import check_markers
from collective.hoard.storage.record import Record
from z3c.form import button
from z3c.form.form import EditForm
from z3c.form.interfaces import ISubForm
from z3c.form.subform import EditSubForm
from zope.interface import implementer


@implementer(IRecordForm)
class RecordFormMixin:
    """See `IRecordForm`.  Put it before the form class::

        class FeedbackForm(RecordFormMixin, EditForm):
            record_key = "my.addon.feedback"
            fields = Fields(IFeedback)

    :raises InvalidMarker: at class creation, if `record_markers` holds
        something that is not an interface.
    :raises AmbiguousField: at class creation, or for fields that are only
        known later when the form is shown, if two fields would be stored
        under the same name.
    :raises RecordKeyMissing: when the form is used without a `record_key`.
    """

    record_key = None
    record_markers = ()
    record_storage = HOARD
    record_qualified = ()
    record_touches_content = False
    record_detects_conflicts = False
    group_class = RecordGroup

    _record = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        check_markers(cls.record_markers)
        if cls.record_key is not None:
            check_key(cls.record_key)
        if isinstance(cls.__dict__.get("groups"), list | tuple):
            cls.groups = adopt(cls.groups)
        check_class(cls)

    def getContent(self):
        if self._record is None:
            self._record = self._find_record()
        return self._record

    def _find_record(self):
        if self.record_key is None and ISubForm.providedBy(self):
            return self.parentForm.getContent()
        return Record(
            self.context,
            self.record_key,
            where=self.record_storage,
            markers=self.record_markers,
            qualified=self.record_qualified,
        )

    def updateWidgets(self, prefix=None):
        self.groups = adopt(getattr(self, "groups", ()))
        check_form(self)
        super().updateWidgets(prefix)

    def applyChanges(self, data):
        """Store what differs; see `apply_changes`."""
        return apply_changes(self, data)


class AnnotationStorageMixin(RecordFormMixin):
    """The mixin of the article, with its own spelling.

    ``ANNOTATION_STORAGE_KEY`` names the record, ``ASSIGN_INTERFACES`` its
    markers.  The data are also ``IAnnotations(context)[ANNOTATION_STORAGE_KEY]``,
    as in the article; nothing has to be prepared there.
    """

    ANNOTATION_STORAGE_KEY = "form_annotation_storage"
    ASSIGN_INTERFACES = ()
    record_storage = ALIASED

    def __init_subclass__(cls, **kwargs):
        cls.record_key = cls.ANNOTATION_STORAGE_KEY
        cls.record_markers = tuple(cls.ASSIGN_INTERFACES or ())
        super().__init_subclass__(**kwargs)


class RecordSubForm(RecordFormMixin, EditSubForm):
    """A subform of z3c.form; without a `record_key` it shares its parent's."""

    @button.handler(EditForm.buttons["apply"])
    def handleApply(self, action):
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return
        changed = self.applyChanges(data)
        self.status = self.successMessage if changed else self.noChangesMessage
