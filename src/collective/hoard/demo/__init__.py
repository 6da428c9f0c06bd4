"""The demo: a contact form with every kind of field, and what people sent."""

from ..forms.keeping import find_ledger
from ..forms.keeping import set_definition
from ..search.marking import reindex
from .people import submissions
from datetime import datetime
from datetime import UTC
from functools import partial
from importlib.resources import files
from plone import api
import json
import os
import secrets


FORM_ID = "contact"
EDITOR = "editor"
COUNT = 200


def install(setup):
    """Make the form, its submissions and the editor; keep what is there."""
    site = api.portal.get()
    make_editor()
    if FORM_ID not in site:
        form = make_form(site)
        fill_ledger(form, datetime.now(UTC))
        reindex(site)


def make_editor():
    """The user "editor", who makes forms and reads submissions.

    Has the password of the administrator's environment, or one that nobody
    knows until an administrator sets another.
    """
    if api.user.get(userid=EDITOR) is None:
        api.user.create(
            email="editor@example.org",
            username=EDITOR,
            password=os.environ.get("HOARD_ADMIN_PASSWORD") or secrets.token_urlsafe(),
            roles=("Member", "Contributor", "Editor", "Reviewer"),
            properties={"fullname": "Edda Editor"},
        )


def make_form(site):
    """The published form, with the definition that lies beside this file."""
    data = json.loads(files(__name__).joinpath("contact.json").read_text("utf-8"))
    form = api.content.create(
        site,
        "HoardForm",
        FORM_ID,
        title="Write to us",
        description="Questions, praise, complaints: we answer within two days.",
    )
    form.manage_setLocalRoles(EDITOR, ["Owner"])
    set_definition(form, data)
    workflow = api.portal.get_tool("portal_workflow")
    if workflow.getChainFor(form):
        api.content.transition(form, to_state="published")
    return form


def fill_ledger(form, now):
    """Some 200 submissions of the last sixty days, the same ones every time."""
    ledger = find_ledger(form)
    for moment, values in submissions(COUNT, now):
        ledger.clock = partial(int, moment.timestamp() * 1000)
        ledger.add(values, schema=ledger.current_schema())
