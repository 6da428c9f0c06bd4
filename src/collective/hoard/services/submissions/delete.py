"""``DELETE {form}/@submissions/{id}``"""

from ...forms.removal import remove
from ..asked import guard
from ..asked import HoardService
from .below import BelowSubmissions
from .rows import find_row


class SubmissionsDelete(BelowSubmissions, HoardService):
    """Delete one submission; the list itself cannot be deleted."""

    def answer(self):
        guard(self.request)
        _ledger, row = find_row(self.context, self._path)
        remove(self.context, [row.key])
        return self.reply_no_content()
