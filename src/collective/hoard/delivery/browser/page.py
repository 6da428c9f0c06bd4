"""What the pages of rules and targets share."""

from ...forms.browser.filling import static_url
from ...forms.characters import showable
from collective.hoard import _
from plone.protect.authenticator import check
from plone.protect.authenticator import createToken
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage


MEANWHILE = _(
    "Somebody else has changed this meanwhile. Here is the current state; please look "
    "at it and make your change again."
)
KEPT = _(
    "Somebody else has changed this meanwhile. What you typed is still here: to store "
    "it, press Save once more. To look at the current state first, open the list in "
    "another window."
)
GONE = _("This is not there any more; somebody else may have removed it.")


class Page(BrowserView):
    """Reading what was sent, and saying what came of it."""

    widgets_template = ViewPageTemplateFile("../../forms/browser/templates/widgets.pt")
    errors = None
    summary = ()

    def __call__(self):
        # Addresses of people, and texts that only editors may see.
        self.request.response.setHeader("Cache-Control", "private, no-store")
        return self.respond()

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
