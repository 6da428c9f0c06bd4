"""``@@hoard-link/TOKEN``: for everybody who has the link."""

from ...connections.interfaces import SecretMissing
from ...forms.browser.download import send
from ...forms.browser.download import why_held
from ...forms.browser.export import prepare
from ...forms.browser.export import refusal
from ...forms.browser.export import stream
from ...ledger import get_ledger
from ...ledger.interfaces import LedgerMissing
from ...ledger.interfaces import NewerLayout
from ..interfaces import EXPORT
from ..interfaces import LinkInvalid
from ..making import file_at
from ..opening import open_link
from ..register import log
from plone import api
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
import logging


logger = logging.getLogger(__name__)


@implementer(IPublishTraverse)
class FollowLink(BrowserView):
    """The file or export; one and the same page for whatever is wrong."""

    token = ""
    invalid = ViewPageTemplateFile("templates/invalid.pt")

    def publishTraverse(self, request, name):
        # The next name, if there is one, makes the token wrong.
        self.token = f"{self.token}/{name}" if self.token else name
        return self

    def __call__(self):
        response = self.request.response
        response.setHeader("Cache-Control", "private, no-store")
        response.setHeader("Referrer-Policy", "no-referrer")
        response.setHeader("X-Robots-Tag", "noindex, nofollow")
        try:
            link = open_link(self.context, self.token)
            return self._answer(link)
        except (LinkInvalid, LedgerMissing, NewerLayout):
            return self._invalid()
        except SecretMissing as error:
            logger.error("links cannot be checked: %s", error)
            return self._invalid()

    def _invalid(self):
        self.request.response.setStatus(404)
        return self.invalid()

    def _answer(self, link):
        export = link.target.kind == EXPORT
        body = self._export(link.target) if export else self._file(link.target)
        if self.request.method != "HEAD":
            self._log(link)
        return body

    def _file(self, target):
        value = file_at(self.context, target)
        if value is None or why_held(value) is not None:
            raise LinkInvalid()
        return send(value, self.request)

    def _export(self, target):
        ledger = get_ledger(self.context, target.form_uid)
        if refusal(ledger, target.format):
            raise LinkInvalid()
        prepare(self.request.response, "submissions", target.format)
        return stream(ledger, target.format, self.request)

    def _log(self, link):
        # A record of a download, written whoever asks: nothing to be forged.
        alsoProvides(self.request, IDisableCSRFProtection)
        user = None if api.user.is_anonymous() else api.user.get_current().getId()
        log(self.context, link.id, user, self.request.getClientAddr())
