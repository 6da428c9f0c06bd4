"""Which events of which forms go where: what callers may rely on.

A *rule* says: of these events, under these conditions, tell that target. Rules
are plain JSON-like data (docs/reference/rules.md), kept with each form by its
editors and for the whole site by administrators. A *target* is mail, which is
always there, or one that an administrator has configured: ``kind:id``.

A message is made when the transaction with the event commits, and is not
changed afterwards; the outbox delivers it at least once. Whoever receives it
twice knows by its id.
"""

from ..exceptions import HoardError
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from zope.interface import Attribute
from zope.interface import Interface


RULES_VERSION = 1
#: Version of the messages that targets receive: docs/reference/messages.md.
MESSAGE_VERSION = 1
EVENTS = ("added", "changed", "removed")
#: Rules that an editor may always make: tell people, answer the sender.
MAIL = "mail"
RECEIPT = "receipt"


class RulesError(HoardError, ValueError):
    """Rules, or a target, cannot be used; nothing was stored.

    ``problems`` is a list of ``(path, message)``, the path in the words of the
    JSON: ``rules[0].mail.subject``.
    """

    def __init__(self, problems):
        self.problems = list(problems)
        super().__init__("; ".join(f"{path}: {text}" for path, text in self.problems))


class RulesChanged(HoardError):
    """Somebody else changed the rules since the editor's page was made."""


class NotSent(HoardError):
    """A trial was not delivered; ``args[0]`` says why to a person."""


@dataclass(frozen=True, slots=True)
class Condition:
    """``field`` is the id of a field, ``test`` one of `conditions.TESTS`,
    ``value`` text as a visitor would type it."""

    field: str
    test: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail of a rule. ``subject`` and ``text`` are templates.

    For a notification, ``to`` are addresses and ``to_editors`` adds those of the
    form's owners and editors; ``address_field`` names the e-mail field to answer
    to. For a receipt it names the field that has the recipient's address.
    """

    subject: str
    text: str
    to: tuple = ()
    to_editors: bool = False
    address_field: str = ""
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One checked rule. ``forms`` are UIDs, of a site-wide rule only; empty
    means every form. ``match`` is "all" or "any" of the conditions."""

    id: str
    title: str
    target: str
    events: tuple
    enabled: bool = True
    match: str = "all"
    conditions: tuple = ()
    mail: MailSettings | None = None
    forms: tuple = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What an administrator configured. ``name`` is what rules and the outbox
    call it: ``kind:id``. ``options`` are those of its kind."""

    id: str
    kind: str
    title: str
    enabled: bool = True
    options: Mapping = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class MailLimits:
    """Site-wide limits of mails, see the control panel; size in bytes."""

    receipts_per_day: int = 3
    receipts_quote: bool = False
    attachments_size: int = 5 * 1024 * 1024


class IDeliveringForm(Interface):
    """A form that keeps rules; provided by the behavior
    ``collective.hoard.delivery``."""


class ITargetKind(Interface):
    """One kind of target, as "webhook"; a utility, its name is the kind.

    An add-on brings a new kind by registering this, and an outbox target of
    the same name.
    """

    title = Attribute("What administrators read, a message id.")
    order = Attribute("Place in the list of kinds, an integer.")
    options = Attribute("Tuple of `forms.interfaces.Field` that edit the options.")

    def problems(options):
        """Yield ``(option, message)`` for what is wrong with well-typed options."""

    def try_it(site, target, data):
        """Send *data* (JSON-like) now, not through the outbox.

        :return: what happened, a message for a person.
        :raises NotSent: with what to do.
        """
