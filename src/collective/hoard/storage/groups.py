"""Groups that keep their data in the record of their form."""

from collective.hoard.storage.interfaces import IRecordForm
from functools import cache
from inspect import isclass
from plone.z3cform.fieldsets.group import Group as PloneGroup
from z3c.form.form import BaseForm
from z3c.form.group import Group
from zope.interface import implementer


@implementer(IRecordForm)
class RecordGroupMixin:
    """Take the record of the parent instead of the content object."""

    def getContent(self):
        return self.parentForm.getContent()

    def updateWidgets(self, prefix=None):
        self.groups = adopt(self.groups)
        super().updateWidgets(prefix)


class RecordGroup(RecordGroupMixin, PloneGroup):
    """The group of fieldsets in autoform forms."""


def adopt(groups):
    """*groups*, where plain z3c.form groups were made to share the record.

    A plain group has the content itself as content: its fields would be set
    as attributes there.  One that has a ``getContent`` of its own is left
    alone, it has a reason.
    """
    kind = type(groups) if isinstance(groups, list | tuple) else tuple
    return kind(_adopted(g) if _is_plain(g) else g for g in groups)


def _is_plain(group):
    return (
        isclass(group)
        and issubclass(group, Group)
        and group.getContent in (BaseForm.getContent, PloneGroup.getContent)
    )


@cache
def _adopted(group):
    # One class for each, made once: validators may be registered for it.
    return type(
        group.__name__, (RecordGroupMixin, group), {"__module__": group.__module__}
    )
