"""Records of content that is deleted."""

from collective.hoard.storage.places import container_of
from collective.hoard.storage.record import announce_removed
from collective.hoard.storage.record import Record
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.component import adapter
from zope.lifecycleevent.interfaces import IObjectRemovedEvent


@adapter(IAttributeAnnotatable, IObjectRemovedEvent)
def announce_removal(content, event):
    """Say for each record of *content* that it is gone.

    The data themselves go with the content, and come back with an undo.
    """
    for key, mapping in list((container_of(content) or {}).items()):
        announce_removed(Record(content, key), mapping)
