"""The field data manager of records (z3c.form's word, not the transaction's)."""

from collective.hoard.storage.files import own_blobs
from collective.hoard.storage.interfaces import IFieldOfRecord
from collective.hoard.storage.interfaces import IRecord
from collective.hoard.storage.interfaces import IValueCodec
from collective.hoard.storage.values import freeze
from collective.hoard.storage.values import same
from z3c.form.datamanager import DataManager
from z3c.form.interfaces import NO_VALUE
from z3c.form.interfaces import NOT_CHANGED
from zope.component import adapter
from zope.interface import Interface
from zope.schema.interfaces import IField
import copy


@adapter(IRecord, IField)
class RecordField(DataManager):
    """See `z3c.form.interfaces.IDataManager`.

    How a value is kept is the matter of the field's `IValueCodec`.
    """

    def __init__(self, record, field):
        self.record = record
        self.field = field

    @property
    def name(self):
        return self.record.name_of(self.field)

    def get(self):
        """The value an invariant should see: what is being submitted, or what
        is stored, or the default of a field that was never stored."""
        submitted = self.record.submitted(self.name)
        if submitted is not NO_VALUE and submitted is not NOT_CHANGED:
            return submitted
        if self.record.stored(self.name, NO_VALUE) is NO_VALUE:
            return self.empty_value()
        return self.query()

    def empty_value(self):
        """What the field holds while nothing is stored: a copy of the default."""
        bound = self.field.bind(self.record)
        default = bound.default
        return bound.missing_value if default is None else copy.deepcopy(default)

    def query(self, default=NO_VALUE):
        stored = self.record.stored(self.name, NO_VALUE)
        if stored is NO_VALUE:
            return IValueCodec(self.field).absent(default)
        missing = self.field.missing_value
        # z3c.form recognises a missing value by identity only.
        if same(stored, freeze(missing)):
            return missing
        return IValueCodec(self.field).decode(stored)

    def set(self, value):
        if self.field.readonly:
            raise TypeError(
                f"Can't set values on read-only fields (name={self.field.__name__})"
            )
        encoded = self.encode(value)
        own_blobs(encoded, self.record.stored(self.name))
        self.record.store(self.name, encoded)

    def encode(self, value):
        """*value* in its stored form; nothing is written."""
        if value is self.field.missing_value:
            return freeze(value)
        return IValueCodec(self.field).encode(value)

    def differs(self, value):
        """Whether setting *value* would change anything.

        An empty answer to a field without a default, never stored before, is
        no change: an empty form creates no record.
        """
        stored = self.record.stored(self.name, NO_VALUE)
        if stored is NO_VALUE:
            empty = value is self.field.missing_value
            return not (empty and self.empty_value() is value)
        return not same(stored, self.encode(value))

    def canAccess(self):
        return True

    def canWrite(self):
        return True


@adapter(Interface, IFieldOfRecord)
def field_of_record_manager(context, field):
    """For validators whose context is the content: see `IFieldOfRecord`."""
    return RecordField(field.record, field)
