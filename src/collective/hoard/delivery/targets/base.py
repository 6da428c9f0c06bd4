"""What webhooks, AMQP and MQTT have in common."""

from ...connections.interfaces import ConnectionsError
from ...connections.interfaces import SecretMissing
from ...connections.interfaces import SettingWrong
from ...connections.settings import check_reference
from ...connections.settings import configured
from ...forms.interfaces import in_english
from ...outbox.interfaces import IBatchTarget
from ...outbox.interfaces import IMessageTarget
from ...outbox.interfaces import Refused
from ...outbox.interfaces import TargetDown
from ..erasure import as_it_may_be_sent
from ..interfaces import ITargetKind
from ..interfaces import NotSent
from ..settings import get_target
from collective.hoard import _
from uuid import uuid4
from zope.interface import implementer
import json


NOT_THERE = _("There is no target ${name} any more. Add it again or discard this.")
SWITCHED_OFF = _("An administrator has switched this target off.")
NO_SERVICE = _(
    "The connection ${name} is not configured or is switched off. Set it up in the "
    "control panel, below Connections."
)


@implementer(ITargetKind, IMessageTarget)
class TargetKind:
    """Subclasses write `send`."""

    title = ""
    order = 0
    options = ()

    def problems(self, options):
        return ()

    def deliver(self, root, message):
        """See `IMessageTarget`."""
        target = _demand(message.target)
        data = as_it_may_be_sent(root, message.body)
        self.send(root, target, message.id, data)

    def try_it(self, site, target, data):
        """See `ITargetKind`."""
        try:
            return self.send(site, target, str(uuid4()), data)
        except (TargetDown, Refused) as error:
            raise NotSent(getattr(error, "message", error.args[0])) from error

    def send(self, site, target, id, data):
        """Send *data*; return what happened, a message for a person.

        :raises TargetDown, Refused:
        """
        raise NotImplementedError


@implementer(IBatchTarget)
class BatchKind(TargetKind):
    """Subclasses write `send_many`, too."""

    def deliver_many(self, root, messages):
        """See `IBatchTarget`."""
        target = _demand(messages[0].target)
        pairs = [(one.id, as_it_may_be_sent(root, one.body)) for one in messages]
        return self.send_many(root, target, pairs)

    def send_many(self, site, target, pairs):
        """Send *pairs*, a list of ``(id, data)``; see `IBatchTarget`."""
        raise NotImplementedError


def _demand(name):
    """The `Target` to deliver to. :raises TargetDown, Refused:"""
    target = get_target(name)
    if target is None:
        raise refused(_(NOT_THERE, mapping={"name": name}))
    if not target.enabled:
        raise down(SWITCHED_OFF)
    return target


def as_json(id, data):
    """The bytes that every target sends."""
    return json.dumps({"id": id, **data}, ensure_ascii=False).encode("utf-8")


def down(message):
    """A `TargetDown` that says *message*: in English to the outbox, which keeps
    text, and as the message id to who tries a target."""
    return _with(TargetDown, message)


def refused(message):
    """A `Refused`, in the same way."""
    return _with(Refused, message)


def _with(kind, message):
    error = kind(in_english(message))
    error.message = message
    return error


def service(site, name, kind):
    """`IServiceSettings` of the connection *name*. :raises TargetDown:"""
    try:
        found = configured(site, name)
    except SettingWrong as error:
        raise down(error.message) from error
    if found is None:
        raise down(_(NO_SERVICE, mapping={"name": name}))
    if found.kind != kind:
        told = {"name": name, "kind": found.kind, "wanted": kind}
        raise down(_(OTHER_KIND, mapping=told))
    return found


OTHER_KIND = _("The connection ${name} is for ${kind}, but must be for ${wanted}.")


def secret_of(get):
    """What ``get()`` reads. :raises TargetDown: it leads nowhere."""
    try:
        return get()
    except (SecretMissing, SettingWrong) as error:
        raise down(error.message) from error


def reference_problem(reference):
    """What is wrong with a reference to a secret, or None."""
    try:
        check_reference(reference)
    except ConnectionsError as error:
        return error.message
    return None
