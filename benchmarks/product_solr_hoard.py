"""collective.hoard with Solr, as `worker.py` asks for it: submissions of a form."""

from collective.hoard.controlpanel.services import prefix_of
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.submit import submit
from collective.hoard.outbox import outbox_state
from collective.hoard.search.check import check
from collective.hoard.search.engine import search
from collective.hoard.search.solr import _index
from collective.hoard.search.solr._documents import document_id
from importlib.metadata import version
from plone import api
from product_hoard import make_form
from product_hoard import prepare  # noqa: F401 - asked for by the worker
from product_hoard import PROFILE  # noqa: F401 - asked for by the worker
from product_hoard import tokens as issue
from submissions import submission
import transaction


BAD = "a wrong document"
as_solr = _index.as_solr


def spoiled(document, site):
    """No value of ours is refused by Solr, so that one gets a wrong field."""
    found = as_solr(document, site)
    is_bad = any(BAD in " ".join(words) for words in document.words.values())
    return {**found, "key_l": "not a number"} if is_bad else found


_index.as_solr = spoiled


def version_of(site):
    return f"collective.hoard {version('collective.hoard')}"


def connect_solr(site, url):
    for name, value in {"enabled": True, "url": url}.items():
        api.portal.set_registry_record(f"{prefix_of('solr')}.{name}", value)


def set_commit_within(site, milliseconds):
    """Always 0.5 s. :return: how this is called, if it can be set."""


def set_timeout(site, seconds):
    """It has one. :return: how this is called, if there is none by default."""


def make_place(site, id):
    """:return: the field with the key in Solr, and what selects this place there."""
    form = make_form(site, id)
    api.content.transition(form, "publish")
    return "id", [f'uid_s:"{form.UID()}"']


def tokens(site, id, count):
    return issue(site[id], count)


def add(site, id, number, bad=False):
    values = submission(number)
    if bad:
        values["comments"] = BAD
    submit(site[id], {name: _as_typed(value) for name, value in values.items()})


def _as_typed(value):
    return "1" if value is True else str(value)


def stored(site, id):
    uid = site[id].UID()
    return [document_id(uid, key) for key in find_ledger(site[id]).iter_keys()]


def searched(site, id):
    """How many submissions the site's own search finds, by way of Solr."""
    found = search(site, {"form": site[id].UID()})
    if found.lag.scanned:
        raise AssertionError("Solr was not asked")
    return found.found.total


def waiting(site):
    state = outbox_state(site).get("solr")
    return state.pending if state else 0


def shown(site):
    """What a person is shown as not delivered."""
    return outbox_state(site)["solr"].parked


def repair(site):
    """:return: what was called."""
    list(check(site, repair=True, commit=transaction.commit))
    return "its check"
