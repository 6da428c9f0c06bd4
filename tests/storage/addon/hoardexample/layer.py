"""A site with content types, working copies and this add-on."""

from collective.hoard.testing import HoardLayer
from plone.app.contenttypes.testing import PLONE_APP_CONTENTTYPES_FIXTURE
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import IntegrationTesting
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID


class StorageLayer(HoardLayer):
    """See the module."""

    defaultBases = (PLONE_APP_CONTENTTYPES_FIXTURE,)

    def setUpZope(self, app, configurationContext):
        super().setUpZope(app, configurationContext)
        import hoardexample
        import plone.app.iterate

        self.loadZCML(package=plone.app.iterate)
        self.loadZCML(package=hoardexample)

    def setUpPloneSite(self, portal):
        super().setUpPloneSite(portal)
        applyProfile(portal, "plone.app.iterate:default")
        setRoles(portal, TEST_USER_ID, ["Manager"])
        portal.invokeFactory("Document", "page", title="The page")
        portal.invokeFactory("News Item", "item", title="An item")
        setRoles(portal, TEST_USER_ID, ["Member"])


FIXTURE = StorageLayer()
INTEGRATION = IntegrationTesting(bases=(FIXTURE,), name="Storage:Integration")
FUNCTIONAL = FunctionalTesting(bases=(FIXTURE,), name="Storage:Functional")
