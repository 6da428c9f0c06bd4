"""Settings of the site as a whole; records ``collective.hoard.*``."""

from ..connections.interfaces import SettingWrong
from ..connections.settings import check_reference
from collective.hoard import _
from zope import schema
from zope.interface import Attribute
from zope.interface import Interface
from zope.interface import Invalid
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


def is_reference(text):
    """:raises Invalid: in words for a person; the form shows them."""
    try:
        check_reference(text)
    except SettingWrong as wrong:
        raise Invalid(wrong.message) from None
    return True


#: Values as in ``scanning.interfaces``.
SCANNING = SimpleVocabulary(
    [
        SimpleTerm("off", title=_("Not at all")),
        SimpleTerm("strict", title=_("While the visitor waits")),
        SimpleTerm("quarantine", title=_("Before the first download")),
    ]
)


class IHoardSettings(Interface):
    """Limits for every form of the site."""

    text_length = schema.Int(
        title=_("Maximum length of a text"),
        description=_("In characters, for every text field of every form."),
        min=1,
        max=1_000_000,
        default=10_000,
    )

    file_size = schema.Int(
        title=_("Maximum size of a file"),
        description=_("In kB, for every file field of every form."),
        min=1,
        max=1_000_000,
        default=10_240,
    )

    fill_seconds = schema.Int(
        title=_("Minimum fill time"),
        description=_(
            "In seconds. What comes back sooner was hardly filled in by a person; "
            "the visitor is asked to send it again."
        ),
        min=0,
        max=600,
        default=2,
    )

    search_types = schema.Tuple(
        title=_("Content to be searched as well"),
        description=_(
            "Content of these types is found by @@hoard-search, too, by whoever may "
            "view it."
        ),
        value_type=schema.Choice(
            vocabulary="plone.app.vocabularies.ReallyUserFriendlyTypes"
        ),
        required=False,
        default=(),
        missing_value=(),
    )

    page_size = schema.Int(
        title=_("Submissions on a page"),
        min=1,
        max=500,
        default=20,
    )

    scan_uploads = schema.Choice(
        title=_("Scan uploads for viruses"),
        description=_(
            "Needs the service clamd. “While the visitor waits” refuses what cannot "
            "be scanned. “Before the first download” stores each file at once and "
            "holds it until the scanner has seen it."
        ),
        vocabulary=SCANNING,
        default="off",
    )

    link_secrets = schema.Tuple(
        title=_("Secrets of download links"),
        description=_(
            "References to secrets, as env:NAME or file:/path, one a line, the newest "
            "first: new links are signed with that one. Take the last one away to make "
            "the links of its time invalid. Without any, Plone's own keys are used."
        ),
        value_type=schema.TextLine(constraint=is_reference),
        required=False,
        default=(),
        missing_value=(),
    )


class IControlPanelSection(Interface):
    """One part of the control panel below the settings.

    A named adapter of the site and the request; each part of the add-on, and
    each other add-on, brings its own.
    """

    title = Attribute("Heading, a message id.")
    order = Attribute("Place in the page, an integer; the smallest comes first.")

    def render():
        """The HTML below the heading. Reads only: a section changes nothing."""


class IServiceRecords(Interface):
    """One service outside; records ``collective.hoard.connections.NAME.*``."""

    enabled = schema.Bool(
        title=_("Use this service"),
        required=False,
        default=False,
    )

    url = schema.TextLine(
        title=_("URL"),
        required=False,
        default="",
        max_length=1000,
    )

    secret = schema.TextLine(
        title=_("Secret"),
        description=_(
            "Where Plone finds the password or token: env:NAME for an environment "
            "variable of the server, file:/path for a file that it can read. Never "
            "the secret itself."
        ),
        required=False,
        default="",
        max_length=1000,
    )

    timeout = schema.Float(
        title=_("Time-out"),
        description=_("In seconds, for an answer."),
        min=0.1,
        max=600.0,
        default=5.0,
    )

    connect_timeout = schema.Float(
        title=_("Time-out of connecting"),
        description=_("In seconds."),
        min=0.1,
        max=600.0,
        default=2.0,
    )
