"""Applying the data of a form to its record."""

from collective.hoard.storage.interfaces import IRecord
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import NOT_CHANGED
from zope.component import getMultiAdapter
from zope.event import notify
from zope.lifecycleevent import Attributes
from zope.lifecycleevent import ObjectModifiedEvent


def apply_changes(form, data):
    """Store what differs in *data*, the extracted values of *form*.

    Announced as one `IRecordCreated` or `IRecordModified`, and as z3c.form
    does by an ObjectModifiedEvent of the record.

    :return: ``{schema: [widget names]}`` of what was stored.
    """
    record = form.getContent()
    changes = _apply(form, record, data)
    if changes:
        names = [Attributes(schema, *names) for schema, names in changes.items()]
        notify(ObjectModifiedEvent(record, *names))
        if form.record_touches_content:
            # Date, catalog, caches and versions all listen to this.
            notify(ObjectModifiedEvent(record.content))
    return changes


def _apply(form, record, data):
    """Apply *data* to the fields of *form* and of its groups, as one event."""
    changes = {}
    with record.batch():
        for name, field in form.fields.items():
            value = data.get(name, NOT_CHANGED)
            if value is NOT_CHANGED:
                continue
            manager = getMultiAdapter((record, field.field), IDataManager)
            if _differs(manager, value):
                manager.set(value)
                changes.setdefault(field.field.interface, []).append(name)
        for group in getattr(form, "groups", ()):
            for schema, names in _apply_group(group, data).items():
                changes.setdefault(schema, []).extend(names)
    return changes


def _apply_group(group, data):
    content = group.getContent()
    if IRecord.providedBy(content):
        return _apply(group, content, data)
    return group.applyChanges(data)  # it keeps its data somewhere else


def _differs(manager, value):
    # A manager that somebody registered for a field of theirs knows only
    # z3c.form's contract.
    if hasattr(manager, "differs"):
        return manager.differs(value)
    return manager.query() != value
