"""The section that leads to targets and rules."""

from ..delivery.settings import get_targets
from ..delivery.settings import stored_site_rules
from .interfaces import IControlPanelSection
from collective.hoard import _
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import implementer


@implementer(IControlPanelSection)
class DeliverySection(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Targets and rules")
    order = 30
    render = ViewPageTemplateFile("templates/delivery.pt")

    def targets(self):
        return len(get_targets())

    def rules(self):
        return len(stored_site_rules()["rules"])
