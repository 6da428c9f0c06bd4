"""``@@hoard-connections``: services, and what this process has open."""

from ..connections.breaker import breaker_for
from ..connections.health import health
from ..connections.health import only
from .interfaces import IControlPanelSection
from .services import find_service
from .services import services
from .trying import try_service
from collective.hoard import _
from plone.protect import CheckAuthenticator
from Products.Five import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import implementer
import json


STATES = {
    "closed": _("all is well"),
    "open": _("down: nobody asks for a moment"),
    "half-open": _("down: the next one tries"),
}


def site_health(site):
    """`health` of this process, as far as it concerns *site*."""
    path = "/".join(site.getPhysicalPath())
    return only(health(below=path), [service.url for service in services()])


class ConnectionsPage(BrowserView):
    """The page. A POST with ``try`` tries that service."""

    index = ViewPageTemplateFile("templates/connections.pt")

    def __call__(self):
        self.request.response.setHeader("Cache-Control", "private, no-store")
        if self.request.method == "POST" and "try" in self.request.form:
            return self._try(self.request.form["try"])
        self.health = site_health(self.context)
        return self.index()

    def _try(self, name):
        CheckAuthenticator(self.request)
        service = find_service(name)
        if service is not None:
            try_service(self.context, self.request, name, service.records)
        self.request.response.redirect(f"{self.url}/@@hoard-connections")
        return ""

    @property
    def url(self):
        return self.context.absolute_url()

    @property
    def services(self):
        return services()

    def state(self, url):
        """What is known of the service at *url*."""
        return STATES[breaker_for(url).state]

    def error(self, url):
        """The last error of the service at *url*, or nothing."""
        return breaker_for(url).last_error


class ConnectionsJson(BrowserView):
    """``@@hoard-connections.json``: the same for machines."""

    def __call__(self):
        response = self.request.response
        response.setHeader("Content-Type", "application/json")
        response.setHeader("Cache-Control", "private, no-store")
        return json.dumps(site_health(self.context), indent=2)


@implementer(IControlPanelSection)
class ConnectionsSection(BrowserView):
    """See `IControlPanelSection`."""

    title = _("Connections")
    order = 20
    render = ViewPageTemplateFile("templates/connections_section.pt")

    @property
    def url(self):
        return f"{self.context.absolute_url()}/@@hoard-connections"

    @property
    def services(self):
        """Those that are switched on, with what is wrong with them, or None."""
        return [
            (service, self._trouble(service))
            for service in services()
            if service.enabled
        ]

    def _trouble(self, service):
        if service.problem:
            return service.problem
        breaker = breaker_for(service.url)
        return None if breaker.state == "closed" else breaker.last_error
