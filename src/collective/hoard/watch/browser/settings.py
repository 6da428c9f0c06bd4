"""``@@hoard-monitoring-settings``, and what the control panel says of monitoring."""

from ...controlpanel.interfaces import IControlPanelSection
from ..interfaces import IWatchSettings
from ..interfaces import PREFIX
from ..settings import database_url
from ..settings import is_configured
from ..trouble import TROUBLES
from ..trouble import words
from collective.hoard import _
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm
from plone.protect import CheckAuthenticator
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from zope.interface import implementer


NO_GROUPS = _(
    "The public status page will not show: ${names}. There is no such group of checks."
)
READABLE = _("The monitoring database can be read.")


class SettingsForm(RegistryEditForm):
    schema = IWatchSettings
    schema_prefix = PREFIX
    label = _("Monitoring")
    description = _("Where the poller's database is, and what everybody may see.")

    def applyChanges(self, data):
        # Without it, plone.protect would undo a forged change silently, after
        # the page has said that it was saved.
        CheckAuthenticator(self.request)
        super().applyChanges(data)
        unknown = unknown_groups(data.get("public_groups") or ())
        if unknown:
            words = _(NO_GROUPS, mapping={"names": ", ".join(unknown)})
            IStatusMessage(self.request).add(words, type="warning")


class Settings(ControlPanelFormWrapper):
    form = SettingsForm
    index = ViewPageTemplateFile("templates/settings.pt")

    @property
    def said(self):
        return health()


def unknown_groups(names):
    """Those of *names* that are no groups; none where that cannot be looked up."""
    try:
        database_url()
        from ..engines import reading
        from ..reading.standings import groups

        with reading() as connection:
            there = dict(groups(connection))
    except (ImportError, *TROUBLES):
        return []
    return [name for name in names if name not in there]


def health():
    """``(message, whether all is well)`` of the database just now."""
    try:
        database_url()
        # Not at the top: SQLAlchemy may be missing, and that is said.
        from ..engines import reading

        with reading():
            return READABLE, True
    except ImportError as error:
        from ..interfaces import NotInstalled

        return words(NotInstalled(str(error.name))), False
    except TROUBLES as error:
        return words(error), False


@implementer(IControlPanelSection)
class Section(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Monitoring")
    order = 60
    render = ViewPageTemplateFile("templates/section.pt")

    @property
    def said(self):
        return health()


class IsMonitored(BrowserView):
    """Whether the settings name a database: for the menu of whoever is logged in,
    who may read neither the registry nor the settings."""

    def __call__(self):
        return is_configured()
