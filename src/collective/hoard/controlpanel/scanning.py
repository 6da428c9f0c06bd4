"""The section about scanned uploads."""

from ..connections import configured
from ..forms.zone import localized
from ..outbox import outbox_state
from ..scanning.findings import findings
from ..scanning.interfaces import OFF
from ..scanning.interfaces import SERVICE
from ..scanning.interfaces import TARGET
from ..scanning.scanner import mode
from .interfaces import IControlPanelSection
from .ledgers import find_form
from collective.hoard import _
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import implementer


@implementer(IControlPanelSection)
class ScanningSection(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Scanned uploads")
    order = 40
    render = ViewPageTemplateFile("templates/scanning.pt")

    @property
    def is_on(self):
        return mode() != OFF

    @property
    def has_scanner(self):
        return configured(self.context, SERVICE) is not None

    @property
    def waiting(self):
        """`TargetState` of what waits for the scanner, or None."""
        return outbox_state(self.context).get(TARGET)

    @property
    def findings(self):
        """dicts of the newest findings."""
        for found in findings(self.context):
            form = find_form(self.context, found.form_uid)
            yield {
                "finding": found,
                "time": localized(found.time, self.context, self.request),
                "form": form.Title() if form is not None else found.form_uid,
                "url": form
                and f"{form.absolute_url()}/@@hoard-submissions/{found.key}",
            }
