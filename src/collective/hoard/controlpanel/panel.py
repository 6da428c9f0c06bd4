"""``@@hoard-controlpanel``: the settings, and a section for every part."""

from ..forms.limits import PREFIX
from .interfaces import IControlPanelSection
from .interfaces import IHoardSettings
from collective.hoard import _
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm
from plone.protect import CheckAuthenticator
from plone.registry.interfaces import IRegistry
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from zope.component import getAdapters
from zope.component import getUtility


class SettingsForm(RegistryEditForm):
    schema = IHoardSettings
    schema_prefix = PREFIX
    label = _("Hoard")
    description = _("Limits that hold for every form of this site.")

    def updateFields(self):
        super().updateFields()
        # Two lists side by side are wider than a phone, and hard to use there.
        self.fields["search_types"].widgetFactory = CheckBoxFieldWidget

    def applyChanges(self, data):
        # Without it, plone.protect would undo a forged change silently, after
        # the page has said that it was saved.
        CheckAuthenticator(self.request)
        return super().applyChanges(data)


class ControlPanel(ControlPanelFormWrapper):
    """The page. Only its form changes anything; sections are read."""

    form = SettingsForm
    index = ViewPageTemplateFile("templates/controlpanel.pt")
    contents = ""

    def update(self):
        if not self.needs_upgrade:
            super().update()

    @property
    def needs_upgrade(self):
        """Whether the site lacks settings: an earlier version has set it up."""
        records = getUtility(IRegistry).records
        return any(f"{PREFIX}.{name}" not in records for name in IHoardSettings)

    @property
    def sections(self):
        """All `IControlPanelSection`, in order."""
        found = getAdapters((self.context, self.request), IControlPanelSection)
        ordered = sorted(found, key=lambda pair: (pair[1].order, pair[0]))
        return [section for _name, section in ordered]
