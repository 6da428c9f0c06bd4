"""What the pages of the field editor share."""

from ...ledger.interfaces import NewerLayout
from .. import design
from ..behavior import stored_definition
from ..definition import parse
from ..interfaces import DefinitionChanged
from ..interfaces import DefinitionError
from ..keeping import fingerprint
from ..keeping import set_definition
from .posted import PostedPage
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
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


class DesignPage(PostedPage):
    """What the pages of the field editor share: reading the definition, storing
    a changed one, and saying what came of it."""

    unreadable = ViewPageTemplateFile("templates/unreadable.pt")

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
    def data(self):
        return stored_definition(self.context)

    @property
    def fingerprint(self):
        return fingerprint(self.context)

    @property
    def fields_url(self):
        return f"{self.context.absolute_url()}/@@hoard-fields"

    def back(self, anchor=""):
        target = f"{self.fields_url}#{anchor}" if anchor else self.fields_url
        return self.go(target)

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
