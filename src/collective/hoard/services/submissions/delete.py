"""``DELETE {form}/@submissions/{id}``"""

from ...forms.removal import remove
from ..asked import guard
from ..asked import HoardService
from .rows import find_row
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class SubmissionsDelete(HoardService):
    """Delete one submission; the list itself cannot be deleted."""

    def __init__(self, context, request):
        super().__init__(context, request)
        self._path = []

    def publishTraverse(self, request, name):
        self._path.append(name)
        return self

    def answer(self):
        guard(self.request)
        _ledger, row = find_row(self.context, self._path)
        remove(self.context, [row.key])
        return self.reply_no_content()
