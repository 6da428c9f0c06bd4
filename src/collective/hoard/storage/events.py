"""Events of records, and putting several changes into one."""

from collective.hoard.storage.interfaces import IRecordCreated
from collective.hoard.storage.interfaces import IRecordModified
from collective.hoard.storage.interfaces import IRecordRemoved
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


class RecordEvent(ObjectEvent):
    """See `IRecordEvent`."""

    def __init__(self, record, changes):
        super().__init__(record)
        self.content = record.content
        self.key = record.key
        self.changes = changes


@implementer(IRecordCreated)
class RecordCreated(RecordEvent):
    """See `IRecordCreated`."""


@implementer(IRecordModified)
class RecordModified(RecordEvent):
    """See `IRecordModified`."""


@implementer(IRecordRemoved)
class RecordRemoved(RecordEvent):
    """See `IRecordRemoved`."""
