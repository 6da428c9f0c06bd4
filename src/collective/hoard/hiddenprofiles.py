"""Profiles that the list of add-ons must not offer by themselves."""

from plone.base.interfaces import INonInstallable
from zope.interface import implementer


@implementer(INonInstallable)
class HiddenProfiles:
    """See `plone.base.interfaces.INonInstallable`."""

    def getNonInstallableProfiles(self):
        return ["collective.hoard:uninstall", "collective.hoard:demo"]

    def getNonInstallableProducts(self):
        return ["collective.hoard.upgrades"]
