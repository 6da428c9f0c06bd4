"""``@@hoard-incidents``: what went wrong, notes, who takes care."""

from .. import rights
from ..interfaces import Refused
from ..reading import incidents
from ..writing import acts
from .page import Page
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class Incidents(Page):
    """The list, and one incident below it: ``@@hoard-incidents/NUMBER``."""

    name = "hoard-incidents"
    changing = rights.ACKNOWLEDGE
    index = ViewPageTemplateFile("templates/incidents.pt")
    one = ViewPageTemplateFile("templates/incident.pt")

    def __init__(self, context, request):
        super().__init__(context, request)
        self._below = []

    def publishTraverse(self, request, name):
        self._below.append(name)
        return self

    @property
    def number_of(self):
        first = self._below[0] if len(self._below) == 1 else ""
        if not (first.isascii() and first.isdecimal() and len(first) < 10):
            raise NotFound("/".join(self._below))
        return int(first)

    def answer(self):
        if self._below:
            self.incident = incidents.find(self.db, self.number_of, self.now)
            if self.incident is None:
                raise NotFound(self._below[0])
            return self.one()
        self.open_only = bool(self.given("open"))
        self.incidents, self.total, self.page, self.pages = incidents.page(
            self.db, self.now, self.number("page"), self.open_only
        )
        return self.index()

    def change(self):
        number, form = self.number_of, self.request.form
        if "note" in form:
            acts.add_note(number, rights.user_name(), self.given("text"))
            self.tell(_("Your note was added."))
        elif "publish" in form or "hide" in form:
            acts.publish(number, "publish" in form)
            self.tell(_("The public status page follows at once."))
        else:
            raise Refused([("", _("Nothing can be changed here."))])
        return self.redirect(self.url(below=number))
