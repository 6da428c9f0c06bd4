"""Events of forms and their submissions."""

from .interfaces import IDefinitionChanged
from .interfaces import ISubmissionAdded
from .interfaces import ISubmissionChanged
from .interfaces import ISubmissionsRemoved
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


class _SubmissionEvent(ObjectEvent):
    def __init__(self, form, form_uid, keys):
        super().__init__(form)
        self.form_uid = form_uid
        self.keys = tuple(keys)


@implementer(ISubmissionAdded)
class SubmissionAdded(_SubmissionEvent):
    """See `ISubmissionAdded`."""


@implementer(ISubmissionChanged)
class SubmissionChanged(_SubmissionEvent):
    """See `ISubmissionChanged`."""


@implementer(ISubmissionsRemoved)
class SubmissionsRemoved(_SubmissionEvent):
    """See `ISubmissionsRemoved`."""


@implementer(IDefinitionChanged)
class DefinitionChangedEvent(ObjectEvent):
    """See `IDefinitionChanged`."""
