"""collective.hoard, as `worker.py` asks for it."""

from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import keep_ledger
from collective.hoard.forms.keeping import set_definition
from collective.hoard.forms.token import issue
from collective.hoard.ledger.keys import make_key
from collective.hoard.ledger.keys import now_ms
from itertools import cycle
from plone import api
from plone.uuid.interfaces import IUUID
from product_targets import connect  # noqa: F401 - asked for by the worker
from product_targets import pending  # noqa: F401
from submissions import FIELDS
from submissions import many
import time


PROFILE = "collective.hoard:default"
BEHAVIOR = "collective.hoard.form"
KINDS = {
    "age": "integer",
    "agree": "yes_no",
    "birthday": "date",
    "comments": "long_text",
    "note": "long_text",
}
#: Milliseconds between two submissions while filling.
STEP = 1000


def prepare(site):
    """Let pages have forms."""
    page = api.portal.get_tool("portal_types")["Document"]
    page.behaviors = (*page.behaviors, BEHAVIOR)


def make_form(site, id):
    form = api.content.create(site, "HoardForm", id, title=id)
    set_definition(form, definition())
    return form


def make_page(site, id):
    page = api.content.create(site, "Document", id, title=id)
    set_definition(page, definition())
    keep_ledger(page)
    return page


def definition():
    fields = [
        {"id": id, "kind": KINDS.get(id, "text"), "title": id.title()} for id in FIELDS
    ]
    return {"version": 1, "fieldsets": [{"id": "main", "fields": fields}]}


def fill(form, count):
    """Store *count* submissions and yield after each.

    They go through the trees in turn: on each page are rows of many trees, which
    is the worst case for who reads them.
    """
    ledger, places = find_ledger(form), cycle(range(16))
    ledger._own_place = lambda: next(places)
    first, schema = now_ms() - count * STEP, ledger.current_schema()
    for number, values in enumerate(many(count)):
        moment = first + number * STEP
        ledger.clock = lambda moment=moment: moment
        yield ledger.add(values, schema=schema, token=make_key(moment))


def count(form):
    return len(find_ledger(form))


def tokens(form, count):
    return [issue(IUUID(form), now=time.time() - 10) for _ in range(count)]
