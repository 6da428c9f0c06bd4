"""Create the site "hoard", or bring it up to date.

    HOARD_ADMIN_PASSWORD=... bin/instance run scripts/create_site.py

Makes the user "admin" with that password (without the variable the users stay
as they are), the site in Plone's Classic UI, and installs the add-on, with its
demo when this version has one and HOARD_DEMO is not "no". What is there
already is kept, so that running it again does no harm.
"""

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.users import system
from pathlib import Path
from plone.base.utils import get_installer
from Products.CMFPlone.factory import addPloneSite
from Testing.makerequest import makerequest
from zope.component.hooks import setSite
from zope.globalrequest import setRequest
import json
import os
import sys
import transaction


ADDON = "collective.hoard"
DEMO = f"{ADDON}:demo"
ADMIN = "admin"
SITE = "hoard"


def set_password(users, password):
    """Give the administrator *password*; writes only if it is another one."""
    if users.getUser(ADMIN) is None:
        users._doAddUser(ADMIN, password, ["Manager"], [])
        return
    # Plone made the root's user folder a pluggable one with the first site.
    if not hasattr(users, "plugins"):
        users._doChangeUser(ADMIN, password, ["Manager"], [])
    elif not is_password(users.users, password):
        users.users.updateUserPassword(ADMIN, password)


def is_password(plugin, password):
    credentials = {"login": ADMIN, "password": password}
    return plugin.authenticateCredentials(credentials) is not None


def find_or_create_site(app):
    if SITE in app:
        print("The site is there.")
        return app[SITE]
    addPloneSite(
        app, SITE, title="Hoard", distribution_name="classic", setup_content=False
    )
    show_theme_everywhere(app[SITE])
    print("Created the site.")
    return app[SITE]


def show_theme_everywhere(site):
    """Plone shows a new site without its theme at 127.0.0.1, where we serve it."""
    name = "plone.app.theming.interfaces.IThemeSettings.hostnameBlacklist"
    site.portal_registry[name] = []


def install_addon(site):
    installer = get_installer(site, site.REQUEST)
    if not installer.is_product_installed(ADDON):
        installer.install_product(ADDON)
        print("Installed the add-on.")
    elif installer.upgrade_info(ADDON).get("available"):
        installer.upgrade_product(ADDON)
        print("Upgraded the add-on.")


def install_demo(site):
    setup = site.portal_setup
    if not setup.profileExists(DEMO):
        return
    if setup.getLastVersionForProfile(DEMO) == "unknown":
        setup.runAllImportStepsFromProfile(f"profile-{DEMO}")
        print("Added the demo.")


def show_monitoring(site, folder):
    """Let the pages of monitoring show the database of the demo in *folder*.

    Where somebody has set another database, theirs stays.
    """
    name = "collective.hoard.monitoring.{}".format
    records = site.portal_registry.records
    if not folder or name("database") not in records:
        return
    folder = Path(folder)
    database = str(folder / "monitoring.db")
    if (records[name("database")].value or database) != database:
        return
    first = not records[name("database")].value
    port = json.loads((folder / "ports.json").read_text())["poller"]
    wanted = {
        "database": database,
        "poller_url": f"http://127.0.0.1:{port}",
        "live_secret": f"file:{folder / 'events-secret'}",
    }
    if first:
        wanted |= {"public": True, "public_groups": ["library", "shop", "partners"]}
    for key, value in wanted.items():
        if records[name(key)].value != value:
            records[name(key)].value = value


def main(app):
    app = makerequest(app)
    setRequest(app.REQUEST)
    if password := os.environ.get("HOARD_ADMIN_PASSWORD"):
        if len(password) < 8:
            sys.exit("HOARD_ADMIN_PASSWORD is too short: Plone wants 8 characters.")
        set_password(app.acl_users, password)
        transaction.commit()
    user = app.acl_users.getUser(ADMIN)
    newSecurityManager(None, user.__of__(app.acl_users) if user else system)
    site = find_or_create_site(app)
    setSite(site)
    install_addon(site)
    if os.environ.get("HOARD_DEMO") != "no":
        install_demo(site)
        show_monitoring(site, os.environ.get("HOARD_DEMO_MONITORING"))
    transaction.commit()


main(app)  # noqa: F821 - bin/instance run provides it
