"""A form, submissions and people, for tests of what is done with them."""

from ..forms.keeping import find_ledger
from ..forms.keeping import set_definition
from ..ledger import store_file
from datetime import datetime
from datetime import UTC
from plone.app.testing import TEST_USER_PASSWORD
from plone.dexterity.utils import createContentInContainer
from plone.testing.zope import Browser
from zope.component.hooks import getSite


ROLES = (
    "Anonymous",
    "Member",
    "Reader",
    "Contributor",
    "Editor",
    "Reviewer",
    "Owner",
    "Site Administrator",
    "Manager",
)


def field(id, kind="text", **settings):
    return {"id": id, "kind": kind, "title": settings.pop("title", id), **settings}


def definition(*fields):
    """The plain data of a definition with one fieldset."""
    return {
        "version": 1,
        "fieldsets": [{"id": "main", "title": "Main", "fields": list(fields)}],
    }


CONTACT = definition(
    field("name", title="Your name"),
    field("message", "long_text", title="Message"),
    field("agreed", "yes_no", title="Agreed"),
    field("paper", "file", title="Paper"),
)


def make_form(id="contact", data=CONTACT, title="Contact us"):
    """A form in the current site, its ledger beside it."""
    form = createContentInContainer(
        getSite(), "HoardForm", id=id, title=title, checkConstraints=False
    )
    set_definition(form, data)
    return form


def add_row(form, values, moment=None, user_id=None):
    """Store *values* as they are, at *moment* (an aware datetime); the key."""
    ledger = find_ledger(form)
    if moment is not None:
        ledger.clock = lambda: int(moment.timestamp() * 1000)
    return ledger.add(values, schema=ledger.current_schema(), user_id=user_id)


def add_rows(form, count, start=None):
    """*count* submissions a second apart; their keys, oldest first."""
    start = int((start or datetime(2026, 3, 1, 12, tzinfo=UTC)).timestamp())
    moments = (datetime.fromtimestamp(start + n, UTC) for n in range(count))
    return [
        add_row(form, {"name": f"visitor {n}"}, moment)
        for n, moment in enumerate(moments)
    ]


def a_file(content=b"content", filename="paper.pdf", content_type="application/pdf"):
    return store_file(content, filename, content_type)


def add_user(form, role):
    """A user who has just *role*, on the whole site ("Owner": on *form*)."""
    name = role.lower().replace(" ", "-")
    users = getSite().acl_users
    roles = ["Member"] if role in ("Owner", "Member") else [role]
    users.userFolderAddUser(name, TEST_USER_PASSWORD, roles, [])
    if role == "Owner":
        form.manage_setLocalRoles(name, ["Owner"])
        form.reindexObjectSecurity()
    return name


def browser(app, user=None, password=TEST_USER_PASSWORD):
    """A browser, signed in as *user*, that shows errors as visitors see them."""
    found = Browser(app)
    found.addHeader("Accept", "text/html")
    found.handleErrors = True
    found.raiseHttpErrors = False
    if user is not None:
        found.addHeader("Authorization", f"Basic {user}:{password}")
    return found


def status(browser):
    """The HTTP status of the last answer, a number."""
    return int(browser.headers["status"].split()[0])
