"""The section that lists all ledgers."""

from ..forms.kinds.file import readable
from ..forms.zone import localized
from .interfaces import IControlPanelSection
from .ledgers import ledger_states
from collective.hoard import _
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import implementer


@implementer(IControlPanelSection)
class LedgersSection(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Submissions")
    order = 10
    render = ViewPageTemplateFile("templates/ledgers.pt")

    @property
    def states(self):
        return ledger_states(self.context)

    def time(self, moment):
        return localized(moment, self.context, self.request) if moment else ""

    def size(self, state):
        return readable(state.size)

    def path(self, form):
        """Where *form* is, seen from the site."""
        start = len(self.context.getPhysicalPath())
        return "/" + "/".join(form.getPhysicalPath()[start:])

    def url(self, name, state):
        return f"{self.context.absolute_url()}/@@{name}?uid={state.form_uid}"
