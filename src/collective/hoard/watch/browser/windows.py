"""``@@hoard-maintenance``: windows in which nobody is to be woken."""

from ...forms.zone import site_zone
from .. import times
from ..interfaces import Refused
from ..reading import standings
from ..reading import windows
from ..rights import user_name
from ..writing import acts
from .page import Page
from collective.hoard import _
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


RECURRENCES = (
    ("", _("Once")),
    ("FREQ=DAILY", _("Every day")),
    ("FREQ=WEEKLY", _("Every week")),
    ("FREQ=MONTHLY", _("Every month")),
)


class Windows(Page):
    name = "hoard-maintenance"
    index = ViewPageTemplateFile("templates/maintenance.pt")

    def answer(self):
        self.windows = windows.windows(self.db, self.now)
        return self.index()

    def change(self):
        if "end" in self.request.form:
            acts.end_window(self.number("end", 0))
            self.tell(_("The window is over."))
        elif "add" in self.request.form:
            self._add()
            self.tell(_("The window was added."))
        else:
            raise Refused([("", _("Nothing can be changed here."))])
        return self.redirect(self.url())

    def _add(self):
        group = self.given("group")
        selector = self.given("selector").strip()
        if not selector and group:
            selector = 'group:"{}"'.format(
                group.replace("\\", "\\\\").replace('"', '\\"')
            )
        acts.add_window(
            self.given("title"),
            times.read_local(self.given("since")),
            times.read_local(self.given("until")),
            user_name(),
            selector or "*",
            self.given("recurrence"),
            getattr(site_zone(), "key", "UTC"),
        )

    recurrences = RECURRENCES

    def recurrence(self, text):
        """In words where the form has some for it; else None."""
        return dict(RECURRENCES).get(text)

    @property
    def groups(self):
        return standings.groups(self.db)
