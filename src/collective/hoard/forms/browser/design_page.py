"""What the pages of the field editor share."""

from ...ledger.interfaces import NewerLayout
from .. import design
from ..behavior import stored_definition
from ..characters import showable
from ..definition import parse
from ..interfaces import DefinitionChanged
from ..interfaces import DefinitionError
from ..keeping import fingerprint
from ..keeping import set_definition
from .filling import static_url
from collective.hoard import _
from plone.protect.authenticator import check
from plone.protect.authenticator import createToken
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from zope.i18n import translate


MEANWHILE = _(
    "Somebody else has changed this form meanwhile. Here is the current state; "
    "please look at it and make your change again."
)
KEPT = _(
    "Somebody else has changed this form meanwhile. What you typed is still here: "
    "to store it, press Save once more. To look at the current state first, open "
    "the fields in another window."
)
NEWER = _(
    "The submissions were written by a newer version of collective.hoard. Please "
    "update it on this site."
)
GONE = _("This is not there any more; somebody else may have removed it.")
#: Problems told at a time: messages travel in a cookie.
TOLD = 3


class DesignPage(BrowserView):
    """What the pages of the field editor share: reading the definition, storing
    a changed one, and saying what came of it."""

    widgets_template = ViewPageTemplateFile("templates/widgets.pt")
    unreadable = ViewPageTemplateFile("templates/unreadable.pt")
    errors = None

    def __call__(self):
        try:
            if design.readable(self.data):
                return self.respond()
        except NewerLayout:
            pass
        self.posted()
        self.request.response.setStatus(503)
        return self.unreadable()

    def problems(self):
        """``(path, message)`` for what is wrong with the stored definition."""
        try:
            parse(self.data)
        except DefinitionError as error:
            return error.problems
        return [("", NEWER)]

    @property
    def widgets(self):
        return self.widgets_template

    @property
    def static(self):
        return static_url()

    @property
    def data(self):
        return stored_definition(self.context)

    @property
    def fingerprint(self):
        return fingerprint(self.context)

    @property
    def authenticator(self):
        return createToken()

    @property
    def fields_url(self):
        return f"{self.context.absolute_url()}/@@hoard-fields"

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

    def back(self, anchor=""):
        target = f"{self.fields_url}#{anchor}" if anchor else self.fields_url
        self.request.response.redirect(target, 303)
        return ""

    def change(self, function, *args, anchor="", done=None):
        """Store what *function* makes of the definition, then show the list."""
        try:
            data = function(self.data, *args)
            set_definition(self.context, data, expected=self.text("fingerprint"))
        except design.NoSuchField:
            self.say(GONE, "warning")
        except DefinitionChanged:
            self.say(MEANWHILE, "warning")
        except DefinitionError as error:
            self.say(self.in_words(error), "error")
        else:
            if done:
                self.say(done)
        return self.back(anchor)

    def in_words(self, error):
        """The first problems of a `DefinitionError`, as one message."""
        told = [
            f"{path}: {translate(message, context=self.request)}"
            for path, message in error.problems[:TOLD]
        ]
        more = ["…"] if len(error.problems) > TOLD else []
        listed = {"problems": " ".join(told + more)}
        return _("This cannot be stored. ${problems}", mapping=listed)
