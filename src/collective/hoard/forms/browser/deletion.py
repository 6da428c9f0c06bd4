"""Deleting submissions, after a page that says exactly what will go."""

from ...ledger.interfaces import RowMissing
from ..asking import read_key
from ..columns import current_columns
from ..removal import remove
from ..removal import remove_up_to
from ..rights import READ
from .receiver import Receiver
from .submissions import cut
from collective.hoard import _
from functools import cached_property
from plone.protect import CheckAuthenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class DeleteSubmissions(Receiver):
    """``@@hoard-delete-submissions``: chosen ``keys``, or ``all``.

    Only a POST with ``confirm`` and plone.protect's token deletes; everything
    else shows what would be deleted. "All" means: up to the newest submission
    that the page counted, which it sends along as ``up_to``.
    """

    index = ViewPageTemplateFile("templates/delete_submissions.pt")

    def answer(self):
        confirmed = self.request.method == "POST" and "confirm" in self.request.form
        if confirmed:
            CheckAuthenticator(self.request)
            return self._delete()
        if not self.rows and not self.everything:
            self.tell(_("Nothing was chosen. Tick the submissions first."), "warning")
            return self.redirect(self.back_url)
        return self.index()

    def _delete(self):
        if self.everything:
            up_to = read_key(self.request.form.get("up_to"))
            count = remove_up_to(self.context, up_to) if up_to is not None else 0
        else:
            count = remove(self.context, [row.key for row in self.rows])
        self.tell(_told(count), "info" if count else "warning")
        return self.redirect(self.back_url)

    @property
    def back_url(self):
        return self.list_url if self.may(READ) else self.form_url

    @cached_property
    def everything(self):
        return bool(self.request.form.get("all")) and bool(self.total)

    @property
    def total(self):
        return len(self.ledger) if self.ledger is not None else 0

    @property
    def bounds(self):
        """Keys of the oldest and the newest submission."""
        return self.ledger.bounds()

    def key_time(self, key):
        return self.time(self.ledger.get(key).submitted)

    @cached_property
    def keys(self):
        listed = self.request.form.get("keys", ())
        listed = [listed] if isinstance(listed, str) else listed
        listed = listed if isinstance(listed, (list, tuple)) else ()
        keys = map(read_key, listed)
        return list(dict.fromkeys(key for key in keys if key is not None))

    @cached_property
    def rows(self):
        """The chosen rows that (still) exist."""
        return list(filter(None, map(self._row, self.keys)))

    def _row(self, key):
        try:
            return self.ledger.get(key) if self.ledger is not None else None
        except RowMissing:
            return None

    def describe(self, row):
        """Enough of a row to recognise it, for those who may read it."""
        if not self.may(READ):
            return ""
        values = ((c, row.values.get(c.id)) for c in self._recognised)
        texts = [cut(self.text(c, v)) for c, v in values if v is not None]
        return " · ".join(text for text in texts if text)

    @cached_property
    def _recognised(self):
        return current_columns(self.ledger)[:4]


def _told(count):
    if not count:
        return _("Nothing was deleted: it was gone already.")
    if count == 1:
        return _("1 submission was deleted.")
    return _("${count} submissions were deleted.", mapping={"count": count})
