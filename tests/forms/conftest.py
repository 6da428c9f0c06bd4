"""A published form with one field of each kind."""

from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.registry.interfaces import IRegistry
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from zope.component import provideUtility
from zope.configuration import xmlconfig
import pytest
import transaction


def field(kind, id=None, **settings):
    """Plain data of a field."""
    id = id or kind
    return {"id": id, "kind": kind, "title": id.replace("_", " ").title(), **settings}


def definition(*fields):
    """Plain data of a definition with one fieldset."""
    return {"version": 1, "fieldsets": [{"id": "main", "fields": list(fields)}]}


COLOURS = [{"value": "red", "title": "Red"}, {"value": "blue", "title": "Blue"}]
ALL_KINDS = definition(
    field("text", required=True),
    field("long_text"),
    field("email"),
    field("url"),
    field("integer", min=1, max=100),
    field("decimal"),
    field("yes_no"),
    field("one_of", options=COLOURS),
    field("many_of", options=COLOURS),
    field("date"),
    field("date_time"),
    field("file", extensions=["txt", "png"], max_size=10),
    field("static_text", text="Read this.\n\nAnd this."),
    field("hidden", default="from-the-page"),
)


@pytest.fixture(scope="module")
def kinds():
    """The kinds of field as utilities, without a site."""
    import collective.hoard.forms.kinds
    import zope.component

    pushGlobalRegistry()
    context = xmlconfig.file("meta.zcml", zope.component)
    xmlconfig.file("configure.zcml", collective.hoard.forms.kinds, context=context)
    yield
    popGlobalRegistry()


@pytest.fixture(scope="module")
def berlin(kinds):
    """The time zone of the site: one that puts its clocks forward and back."""
    provideUtility({"plone.portal_timezone": "Europe/Berlin"}, IRegistry)


def make_form(portal, data, id="form", type="HoardForm", **kw):
    """A published form in *portal* with definition *data*."""
    from collective.hoard.forms.keeping import set_definition

    setRoles(portal, TEST_USER_ID, ["Manager"])
    chain = "simple_publication_workflow"
    api.portal.get_tool("portal_workflow").setDefaultChain(chain)
    with api.env.adopt_user(username="admin"):
        form = api.content.create(portal, type, id, title="Contact", **kw)
        set_definition(form, data)
        api.content.transition(form, "publish")
        api.portal.set_registry_record("collective.hoard.fill_seconds", 0)
    transaction.commit()
    return form


@pytest.fixture
def form(functional):
    return make_form(functional["portal"], ALL_KINDS)


@pytest.fixture
def empty_form(functional):
    return make_form(functional["portal"], {"version": 1, "fieldsets": []})


@pytest.fixture
def page_with_form(functional):
    """A published Document with the behavior and one field."""
    portal = functional["portal"]
    fti = portal.portal_types["Document"]
    fti.behaviors = (*fti.behaviors, "collective.hoard.form")
    return make_form(portal, definition(field("text")), "page", type="Document")
