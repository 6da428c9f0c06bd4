"""Four targets for the submissions of one form, inside `worker.py`: a mail, a
webhook, AMQP and MQTT.

With the rules of the site where this version has them; else by an event handler
that sends as much. Whatever is sent is taken at once.
"""

from collective.hoard.forms.interfaces import ISubmissionAdded
from collective.hoard.ledger import get_ledger
from collective.hoard.outbox import mark
from collective.hoard.outbox import outbox_state
from collective.hoard.outbox import prepare_target
from collective.hoard.outbox import send
from collective.hoard.outbox.interfaces import IMessageTarget
from zope.component import getGlobalSiteManager
from zope.component.hooks import getSite
from zope.interface import implementer
import Zope2


#: Name of the target: its options.
OPTIONS = {
    "webhook:crm": {"url": "https://example.org/hook", "secret": "env:BENCH_SECRET"},
    "amqp:bus": {"service": "amqp", "exchange": "hoard", "type": "topic"},
    "mqtt:house": {"service": "mqtt", "topic": "hoard/${form:id}", "protocol": "5"},
}
NAMES = ("mail", *OPTIONS)
MAIL = {
    "to": ["office@example.org"],
    "subject": "News from ${name}",
    "text": "Hello,\n\n${submission:answers}\n\nSee ${submission:url}",
}


@implementer(IMessageTarget)
class Taker:
    """Takes everything."""

    def deliver(self, root, message):
        pass


def connect(form):
    """:return: by what: "rules" or "handler"."""
    site = getSite()
    for name in NAMES:
        prepare_target(site, name, "messages")
        kind = name.partition(":")[0]
        getGlobalSiteManager().registerUtility(Taker(), IMessageTarget, kind)
    try:
        from collective.hoard.delivery import settings
    except ImportError:
        getGlobalSiteManager().registerHandler(_handler(form.UID()), [ISubmissionAdded])
        return "handler"
    _write_rules(settings, form.UID())
    return "rules"


def pending():
    """How much waits for the four."""
    connection = Zope2.DB.open()
    try:
        site = connection.root()["Application"]["Plone"]
        states = outbox_state(site)
        return sum(states[name].pending for name in NAMES if name in states)
    finally:
        connection.close()


def _write_rules(settings, uid):
    targets = [
        dict(zip(("kind", "id"), name.split(":"), strict=True))
        | {"title": name, "enabled": True, "options": options}
        for name, options in OPTIONS.items()
    ]
    rules = [
        {"id": f"r{n}", "target": name, "events": ["added"], "forms": [uid]}
        for n, name in enumerate(NAMES)
    ]
    rules[0]["mail"] = MAIL
    settings.write("targets", targets)
    settings.write("rules", {"version": 1, "rules": rules})
    if set(settings.get_targets()) != set(OPTIONS):
        raise AssertionError("the targets were not understood")
    if len(settings.get_site_rules()) != len(NAMES):
        raise AssertionError("the rules were not understood")


def _handler(uid):
    def added(event):
        if event.form_uid != uid:
            return
        site, (key,) = getSite(), event.keys
        mark(site, "search", uid, key)
        values = get_ledger(site, uid).get(key).values
        body = {"form": uid, "key": str(key), "values": _plain(values)}
        for name in NAMES:
            send(site, name, body)

    return added


def _plain(values):
    return {
        name: value if _is_json(value) else str(value) for name, value in values.items()
    }


def _is_json(value):
    return value is None or isinstance(value, str | int | float)
