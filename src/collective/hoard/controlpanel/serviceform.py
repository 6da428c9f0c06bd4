"""``@@hoard-service?service=NAME``: where a service is, and trying it."""

from ..connections.interfaces import IConnector
from ..connections.interfaces import SettingWrong
from ..connections.settings import check_reference
from ..connections.settings import check_url
from .interfaces import IServiceRecords
from .services import find_service
from .services import NAMES
from .services import prefix_of
from .trying import say
from .trying import try_service
from collective.hoard import _
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm
from plone.protect import CheckAuthenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from z3c.form import button
from z3c.form.interfaces import WidgetActionExecutionError
from zope.component import getUtility
from zope.interface import Invalid


NO_URL = _("Say where the service is, or switch it off.")
PLACE = _("For example ${example}. Without a password; a user may stand before an @.")


class ServiceForm(RegistryEditForm):
    """The settings of one service."""

    schema = IServiceRecords
    description = _(
        "Only Plone itself talks to the service. It waits no longer than you say here."
    )

    @property
    def service(self):
        """Name of the service."""
        asked = self.request.form.get("service")
        return asked if asked in NAMES else NAMES[0]

    @property
    def schema_prefix(self):
        return prefix_of(self.service)

    @property
    def connector(self):
        return getUtility(IConnector, self.service)

    @property
    def label(self):
        return self.connector.title

    @property
    def action(self):
        return f"{self.request.getURL()}?service={self.service}"

    def updateWidgets(self):
        super().updateWidgets()
        told = {"example": self.connector.example}
        self.widgets["url"].field.description = _(PLACE, mapping=told)

    @button.buttonAndHandler(_("Save"), name="save")
    def save(self, action):
        if self._saved():
            say(self.request, _("Changes saved."))
            self._leave()

    @button.buttonAndHandler(_("Save and try"), name="try")
    def save_and_try(self, action):
        if self._saved():
            try_service(self.context, self.request, self.service, self.getContent())
            self.request.response.redirect(self.action)

    @button.buttonAndHandler(_("Cancel"), name="cancel")
    def cancel(self, action):
        self._leave()

    def applyChanges(self, data):
        CheckAuthenticator(self.request)
        return super().applyChanges(data)

    def _saved(self):
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return False
        self._check(data)
        self.applyChanges(data)
        return True

    def _check(self, data):
        """Put what is wrong with *data* at its field."""
        try:
            if data["url"]:
                check_url(data["url"], self.connector.schemes, self.connector.example)
            elif data["enabled"]:
                raise SettingWrong(NO_URL)
            check_reference(data["secret"])
        except SettingWrong as wrong:
            raise WidgetActionExecutionError(
                wrong.field, Invalid(wrong.message)
            ) from None

    def _leave(self):
        url = f"{self.context.absolute_url()}/@@hoard-connections"
        self.request.response.redirect(url)


class ServicePage(ControlPanelFormWrapper):
    """The page around the form."""

    form = ServiceForm
    index = ViewPageTemplateFile("templates/service.pt")

    def __call__(self):
        if find_service(self.request.form.get("service")) is None:
            url = f"{self.context.absolute_url()}/@@hoard-connections"
            self.request.response.redirect(url)
            return ""
        return super().__call__()
