"""What the pages for receivers have in common."""

from ...ledger.interfaces import NewerLayout
from ..behavior import get_definition
from ..columns import columns
from ..columns import written_by_newer
from ..interfaces import DefinitionError
from ..keeping import find_ledger
from ..rights import may
from ..zone import localized
from collective.hoard import _
from Products.CMFCore.utils import getToolByName
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from zope.i18n import translate
from zope.i18nmessageid import Message


NEWER = _(
    "This form was changed with a newer version of collective.hoard than this site "
    "has. What only that version knows may be missing here: update collective.hoard "
    "on this site."
)
NEWER_LAYOUT = _(
    "The submissions of this form were stored by a newer version of collective.hoard "
    "than this site has. They are safe, but cannot be shown: update collective.hoard "
    "on this site."
)


class Receiver(BrowserView):
    """A page about the submissions of a form. Subclasses write `answer`."""

    _notice = ViewPageTemplateFile("templates/notice.pt")

    def __call__(self):
        # Personal data: neither shared caches nor the disk of a browser keep it.
        self.request.response.setHeader("Cache-Control", "private, no-store")
        try:
            self.ledger = find_ledger(self.context)
        except NewerLayout:
            return self.notice(NEWER_LAYOUT)
        return self.answer()

    def notice(self, message, status=200):
        """A page that says *message* and leads back."""
        self.request.response.setStatus(status)
        return self._notice(message=message)

    def tell(self, message, kind="info"):
        IStatusMessage(self.request).add(message, type=kind)

    def redirect(self, url):
        self.request.response.redirect(url)
        return ""

    @property
    def form_url(self):
        return self.context.absolute_url()

    @property
    def list_url(self):
        return f"{self.form_url}/@@hoard-submissions"

    @property
    def newer(self):
        """A text about a definition that only a newer version understands."""
        try:
            get_definition(self.context)
        except DefinitionError:
            return NEWER
        return NEWER if self.ledger and written_by_newer(self.ledger) else None

    @property
    def columns(self):
        return columns(self.ledger)

    def may(self, permission):
        return may(permission, self.context)

    def translate(self, text):
        return translate(text, context=self.request)

    def text(self, column, value):
        """*value* as the visitor reads it."""
        shown = column.display(value)
        return self.translate(shown) if isinstance(shown, Message) else shown

    def time(self, moment):
        """*moment* in the site's zone and the visitor's format."""
        return localized(moment, self.context, self.request)

    def person(self, user_id):
        """The name of a user, or the id when nobody has it (any more)."""
        if user_id is None:
            return self.translate(_("Anonymous visitor"))
        members = getToolByName(self.context, "portal_membership")
        info = members.getMemberInfo(user_id) or {}
        return info.get("fullname") or user_id
