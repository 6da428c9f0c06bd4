"""The add-on can be installed and removed."""

from collective.hoard.interfaces import IHoardLayer
from plone.base.utils import get_installer
from plone.browserlayer.utils import registered_layers


def test_installed(integration):
    installer = get_installer(integration["portal"])

    assert installer.is_product_installed("collective.hoard")
    assert IHoardLayer in registered_layers()


def test_uninstalled(integration):
    installer = get_installer(integration["portal"])

    installer.uninstall_product("collective.hoard")

    assert not installer.is_product_installed("collective.hoard")
    assert IHoardLayer not in registered_layers()
