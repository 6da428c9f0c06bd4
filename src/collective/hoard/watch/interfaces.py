"""Monitoring in Plone: settings, errors and the content that is watched.

Plone only reads the monitoring database, apart from short writes of people:
checks, acknowledgements, notes, maintenance.  The poller writes all the rest.
"""

from ..exceptions import HoardError
from collective.hoard import _
from urllib.parse import urlsplit
from zope import schema
from zope.interface import Interface
from zope.interface import Invalid


#: Where the settings are in the registry.
PREFIX = "collective.hoard.monitoring"
#: Where the secret goes in the address of the database.
PLACEHOLDER = "{secret}"


class NotConfigured(HoardError):
    """Nobody has said where the monitoring database is."""


class NotInstalled(HoardError):
    """The extra ``monitoring`` is not installed; the text names what is missing."""


class Refused(HoardError):
    """What a person asked for cannot be done; *problems* are messages for them.

    Nothing was stored. Each problem is ``(field or line, message)``.
    """

    def __init__(self, problems):
        super().__init__(str(problems[0][1]) if problems else "")
        self.problems = problems


class SettingInvalid(Invalid):
    """A setting cannot be taken; the argument is a message that says why."""


NO_REFERENCE = _("Write env:NAME or file:/path: a secret is never stored in Plone.")
PASSWORD = _(
    "Write {secret} in place of the password, and where the secret is in the field "
    "below: passwords are never stored in Plone."
)
NO_ADDRESS = _("This is not the address of a web server (http:// or https://).")


def is_reference(value):
    if value and not value.startswith(("env:", "file:/")):
        raise SettingInvalid(NO_REFERENCE)
    return True


def has_no_password(value):
    try:
        password = urlsplit(value or "").password
    except ValueError as error:
        raise SettingInvalid(PASSWORD) from error
    if password and password != PLACEHOLDER:
        raise SettingInvalid(PASSWORD)
    return True


def is_web_address(value):
    if value and not value.startswith(("http://", "https://", "/")):
        raise SettingInvalid(NO_ADDRESS)
    return True


class IWatchSettings(Interface):
    """Where monitoring is, and who may see what of it."""

    database = schema.TextLine(
        title=_("Monitoring database"),
        description=_(
            "The path of the poller's SQLite file, or an address such as "
            "postgresql://hoard:{secret}@db.example.org/hoard. Empty: there is no "
            "monitoring."
        ),
        constraint=has_no_password,
        required=False,
    )
    database_secret = schema.TextLine(
        title=_("Secret of the database"),
        description=_(
            "Where the password is that {secret} stands for: env:NAME for a variable "
            "of the environment, file:/path for a file."
        ),
        constraint=is_reference,
        required=False,
    )
    patience = schema.Int(
        title=_("Seconds to wait for the database"),
        description=_(
            "A page that PostgreSQL has not answered by then is given up, so that it "
            "does not hold up the site."
        ),
        min=1,
        max=600,
        default=10,
    )
    public = schema.Bool(
        title=_("Public status page"),
        description=_(
            "Everybody may see how the groups below are, without addresses and texts "
            "of errors."
        ),
        default=False,
        required=False,
    )
    public_groups = schema.List(
        title=_("Groups on the public status page"),
        description=_("The names of groups of checks, one a line."),
        value_type=schema.TextLine(),
        default=[],
        required=False,
    )
    refresh = schema.Int(
        title=_("Seconds between two looks for changes"),
        description=_("Pages that are open ask so often whether something changed."),
        min=5,
        max=3600,
        default=30,
    )
    poller_url = schema.TextLine(
        title=_("Address of the poller"),
        description=_(
            "Where browsers reach the poller's own port, such as "
            "https://www.example.org/hoard-poller, for changes at once. Empty: pages "
            "ask Plone."
        ),
        constraint=is_web_address,
        required=False,
    )
    live_secret = schema.TextLine(
        title=_("Secret of the poller's events"),
        description=_(
            "The same as http.events_secret in the poller's configuration: env:NAME "
            "or file:/path."
        ),
        constraint=is_reference,
        required=False,
    )
