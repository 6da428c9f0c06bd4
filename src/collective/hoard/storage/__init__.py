"""Annotation storage for z3c.form forms: the public API."""

from collective.hoard.storage.form import AnnotationStorageMixin
from collective.hoard.storage.form import RecordFormMixin
from collective.hoard.storage.form import RecordSubForm
from collective.hoard.storage.groups import RecordGroup
from collective.hoard.storage.groups import RecordGroupMixin
from collective.hoard.storage.record import get_record
from collective.hoard.storage.record import Record
from collective.hoard.storage.record import remove_record
from collective.hoard.storage.validators import hoard_validator
from collective.hoard.storage.validators import HoardValidator


__all__ = [
    #: Mixins for forms, see docs/reference/storage.md.
    "RecordFormMixin",
    "AnnotationStorageMixin",
    "RecordSubForm",
    "RecordGroup",
    "RecordGroupMixin",
    #: Records without a form.
    "get_record",
    "remove_record",
    "Record",
    #: Validators.
    "HoardValidator",
    "hoard_validator",
]
