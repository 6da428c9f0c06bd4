"""Test layers, for our tests and for those of add-ons that build on us."""

from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import IntegrationTesting
from plone.app.testing import PLONE_FIXTURE
from plone.app.testing import PloneSandboxLayer
from plone.testing.zope import WSGI_SERVER_FIXTURE


class HoardLayer(PloneSandboxLayer):
    """A Plone site with the add-on installed."""

    defaultBases = (PLONE_FIXTURE,)

    def setUpZope(self, app, configurationContext):
        import collective.hoard
        import plone.restapi

        self.loadZCML(package=plone.restapi)
        self.loadZCML(package=collective.hoard)

    def setUpPloneSite(self, portal):
        applyProfile(portal, "collective.hoard:default")


HOARD_FIXTURE = HoardLayer()
HOARD_INTEGRATION_TESTING = IntegrationTesting(
    bases=(HOARD_FIXTURE,), name="Hoard:Integration"
)
HOARD_FUNCTIONAL_TESTING = FunctionalTesting(
    bases=(HOARD_FIXTURE,), name="Hoard:Functional"
)
HOARD_SERVER_TESTING = FunctionalTesting(
    bases=(HOARD_FIXTURE, WSGI_SERVER_FIXTURE), name="Hoard:Server"
)
