"""``@@hoard-incidents``: what went wrong, notes, who takes care."""

from .. import rights
from ..interfaces import Refused
from ..reading import incidents
from ..reading import one
from ..writing import acts
from .below import Below
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


class Incidents(Below):
    """The list, and one incident below it: ``@@hoard-incidents/NUMBER``."""

    name = "hoard-incidents"
    changing = rights.ACKNOWLEDGE
    index = ViewPageTemplateFile("templates/incidents.pt")
    _one = ViewPageTemplateFile("templates/incident.pt")

    @property
    def number_of(self):
        if len(self._below) != 1:
            raise NotFound("/".join(self._below))
        return super().number_of

    def answer(self):
        if self._below:
            self.incident = incidents.find(self.db, self.number_of, self.now)
            if self.incident is None:
                raise NotFound(self._below[0])
            return self._one()
        self.open_only = bool(self.given("open"))
        self.incidents, self.total, self.page, self.pages = incidents.page(
            self.db, self.now, self.number("page"), self.open_only
        )
        return self.index()

    @property
    def public_title(self):
        """What people have called it or its check so far; never the check's name."""
        if "title" in self.request.form:
            return self.given("title")
        if self.incident.public:
            return self.incident.title
        check = one.find(self.db, self.incident.check_id)
        return (check.title or "") if check is not None else ""

    @property
    def page_title(self):
        incident = getattr(self, "incident", None)
        return super().page_title if incident is None else incident.title

    def change(self):
        number, form = self.number_of, self.request.form
        if "note" in form:
            acts.add_note(number, rights.user_name(), self.given("text"))
            self.tell(_("Your note was added."))
        elif "publish" in form or "hide" in form:
            rights.demand(rights.MANAGE)
            if "publish" in form:
                acts.publish(number, self.given("title"))
            else:
                acts.hide(number)
            self.tell(_("The public status page follows at once."))
        else:
            raise Refused([("", _("Nothing can be changed here."))])
        return self.redirect(self.url(below=number))
