"""What pages have in common that draw fields and take what a person sends."""

from ..characters import showable
from .filling import static_url
from plone.protect.authenticator import check
from plone.protect.authenticator import createToken
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage


class PostedPage(BrowserView):
    """Reading what was sent, and saying what came of it."""

    widgets_template = ViewPageTemplateFile("templates/widgets.pt")
    errors = None

    @property
    def widgets(self):
        return self.widgets_template

    @property
    def static(self):
        return static_url()

    @property
    def authenticator(self):
        return createToken()

    def text(self, name):
        """A request parameter as text that any page can hold; empty when it is
        anything else."""
        value = self.request.form.get(name, "")
        return showable(value) if isinstance(value, str) else ""

    def posted(self):
        """Whether this is a POST; one without our token is refused."""
        if self.request.method != "POST":
            return False
        check(self.request)
        return True

    def say(self, message, kind="info"):
        IStatusMessage(self.request).add(message, type=kind)

    def go(self, url):
        self.request.response.redirect(url, 303)
        return ""
