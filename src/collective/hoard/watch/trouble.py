"""What to tell people when the monitoring database cannot be used."""

from ..exceptions import HoardError
from ..monitoring import interfaces as monitoring
from ..monitoring.checks.interfaces import CheckUnusable
from .interfaces import NotConfigured
from .interfaces import NotInstalled
from collective.hoard import _


NOT_CONFIGURED = _(
    "Monitoring is not set up yet: the control panel does not say where the "
    "monitoring database is."
)
NOT_INSTALLED = _(
    "Monitoring is not installed in this Plone. Install collective.hoard with its "
    "extra “monitoring”, then restart Plone."
)
MISSING = _(
    "The monitoring database is not there, or has no tables yet. Start the poller, or "
    "run “hoard-poller migrate”, and look whether its place in the control panel is "
    "right."
)
LOCKED = _(
    "The monitoring database is locked by another writer. Nothing is lost; try again "
    "in a few seconds."
)
SLOW = _(
    "The monitoring database took too long to answer, and this was given up. Ask for "
    "less, such as a shorter time or one group, or let it take longer in the control "
    "panel."
)
FULL = _("The disk of the monitoring database is full. Make room, then try again.")
OLDER = _(
    "The tables of the monitoring database are older than this version of "
    "collective.hoard. Run “hoard-poller migrate”."
)
NEWER = _(
    "The monitoring database was made by a newer version of collective.hoard than "
    "this site has. Update collective.hoard on this site."
)
DOWN = _(
    "The monitoring database cannot be reached or read. Look whether its server runs "
    "and whether the place in the control panel is right."
)
SECRET = _("The secret that the settings of monitoring name is not there.")
WRONG = _("The place of the monitoring database in the control panel is not valid.")

#: The first that fits; more special classes come first.
WORDS = (
    (NotConfigured, NOT_CONFIGURED),
    (NotInstalled, NOT_INSTALLED),
    (monitoring.DatabaseMissing, MISSING),
    (monitoring.DatabaseLocked, LOCKED),
    (monitoring.DatabaseSlow, SLOW),
    (monitoring.DatabaseFull, FULL),
    (monitoring.SchemaOlder, OLDER),
    (monitoring.SchemaNewer, NEWER),
    (monitoring.DatabaseDown, DOWN),
    (monitoring.WrongUse, WRONG),
    (CheckUnusable, SECRET),
)
#: What `engines` raises where there is nothing to read or to write to.
TROUBLES = (
    NotConfigured,
    NotInstalled,
    monitoring.DatabaseUnusable,
    # From opening it only: what people type is answered where they typed it.
    monitoring.WrongUse,
    CheckUnusable,
)


def words(error: HoardError):
    """A message for a person: what is wrong and what to do."""
    for kind, message in WORDS:
        if isinstance(error, kind):
            return message
    return DOWN
