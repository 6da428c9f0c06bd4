"""Four targets for the submissions of one form, inside `worker.py`.

With the rules of the site where this version has them; else by an event handler
that sends as much. Whatever is sent is taken at once.
"""

from collective.hoard.forms.interfaces import ISubmissionAdded
from collective.hoard.ledger import get_ledger
from collective.hoard.outbox import mark
from collective.hoard.outbox import prepare_target
from collective.hoard.outbox import send
from collective.hoard.outbox.interfaces import IMessageTarget
from zope.component import getGlobalSiteManager
from zope.component.hooks import getSite
from zope.interface import implementer


NAMES = [f"webhook:{letter}" for letter in "abcd"]


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
    getGlobalSiteManager().registerUtility(Taker(), IMessageTarget, "webhook")
    try:
        from collective.hoard.delivery import settings
    except ImportError:
        getGlobalSiteManager().registerHandler(_handler(form.UID()), [ISubmissionAdded])
        return "handler"
    _write_rules(settings, form.UID())
    return "rules"


def _write_rules(settings, uid):
    options = {"url": "https://example.org/hook", "secret": "env:BENCH_SECRET"}
    targets = [
        {
            "id": name.partition(":")[2],
            "kind": "webhook",
            "title": name,
            "enabled": True,
            "options": options,
        }
        for name in NAMES
    ]
    rules = [
        {"id": f"r{n}", "target": name, "events": ["added"], "forms": [uid]}
        for n, name in enumerate(NAMES)
    ]
    settings.write("targets", targets)
    settings.write("rules", {"version": 1, "rules": rules})
    if set(settings.get_targets()) != set(NAMES) or len(settings.get_site_rules()) != 4:
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
