"""Version 1001: everything that came to the profile since the first state of it."""

from ..search.collections import all_uids
from ..search.marking import mark_whole
from ..search.setup import install as install_search
from ..setuphandlers import install
from AccessControl.Permission import pname
from Acquisition import aq_base
from Products.GenericSetup.rolemap import RolemapImportConfigurator


PROFILE = "profile-collective.hoard:default"
#: Steps that add what is missing and keep what an administrator has set.
STEPS = ("plone.app.registry", "controlpanel", "actions")


def complete_profile(setup):
    """Add settings, panels, actions and permissions that the site does not have."""
    for step in STEPS:
        setup.runImportStepFromProfile(PROFILE, step, run_dependencies=False)
    _add_permissions(setup)
    install(setup)


def _add_permissions(setup):
    """Those that nobody has given to anybody yet: the import step itself would
    take back what an administrator has decided."""
    site = setup.aq_parent
    text = setup._getImportContext(PROFILE).readDataFile("rolemap.xml")
    found = RolemapImportConfigurator(site, "utf-8").parseXML(text)
    for one in found["permissions"]:
        if pname(one["name"]) not in vars(aq_base(site)):
            site.manage_permission(one["name"], one["roles"], one["acquire"])


def complete_search(setup):
    """Begin the index where there is none; have one of an earlier layout, which
    is read as it is, built anew by the outbox."""
    site = setup.aq_parent
    install_search(site)
    for uid in all_uids(site):
        mark_whole(site, uid)
