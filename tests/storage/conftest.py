"""A site with content types, working copies and an add-on that uses storage."""

from collective.hoard.testing import HOARD_SERVER_TESTING
from pathlib import Path
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.app.z3cform.interfaces import IPloneFormLayer
from pytest_plone import fixtures_factory
from types import SimpleNamespace
from z3c.form.interfaces import IFormLayer
from zope.annotation.attribute import AttributeAnnotations
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.component import provideAdapter
from zope.component import provideHandler
from zope.globalrequest import setRequest
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.pytestlayer.fixture import teardown_layer
import pytest
import sys


sys.path.insert(0, str(Path(__file__).parent / "addon"))


from hoardexample.layer import FUNCTIONAL  # noqa: E402
from hoardexample.layer import INTEGRATION  # noqa: E402


globals().update(
    fixtures_factory(
        ((INTEGRATION, "storage_integration"), (FUNCTIONAL, "storage_functional")),
        keep_session=False,
    )
)


LAYERS = [
    layer
    for layer in dict.fromkeys((*FUNCTIONAL.baseResolutionOrder, INTEGRATION))
    if layer not in HOARD_SERVER_TESTING.baseResolutionOrder
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Our layers stay for this folder, and no longer: a layer's database lies over
    those of the layers before, and so other tests would find this one."""
    state = item.session.zopelayer_state
    if nextitem is not None and Path(__file__).parent in nextitem.path.parents:
        state.keep_for_whole_session.update(LAYERS)
        return (yield)
    state.keep_for_whole_session.difference_update(LAYERS)
    answer = yield
    for layer in LAYERS:
        if layer in state.current:
            teardown_layer(
                layer, SimpleNamespace(config=item.config, session=item.session)
            )
    return answer


@implementer(IAttributeAnnotatable)
class Thing:
    """Content enough for what needs no site."""

    title = "A thing"

    def absolute_url(self):
        return "http://nohost/thing"


@pytest.fixture
def thing():
    from plone.testing.zca import popGlobalRegistry
    from plone.testing.zca import pushGlobalRegistry

    pushGlobalRegistry()
    provideAdapter(AttributeAnnotations)
    yield Thing()
    popGlobalRegistry()


@pytest.fixture
def site(storage_integration):
    portal = storage_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal


@pytest.fixture
def page(site):
    return site["page"]


@pytest.fixture
def make_request(site, storage_integration):
    """Requests with form data, as a browser would send them."""

    def make(**form):
        request = storage_integration["request"].clone()
        request.form.update(form)
        request.environ["REQUEST_METHOD"] = request.method = "POST" if form else "GET"
        alsoProvides(request, IPloneFormLayer, IFormLayer)
        setRequest(request)
        return request

    yield make
    setRequest(None)


@pytest.fixture
def submit(make_request, page):
    """Fill in a form class and press "Apply"; the form afterwards."""

    def submit(form_class, values=(), context=None, prefix="form.widgets.", **more):
        data = {f"{prefix}{name}": value for name, value in dict(values).items()}
        request = make_request(**data, **{"form.buttons.apply": "Apply"}, **more)
        form = form_class(page if context is None else context, request)
        form.update()
        return form

    return submit


@pytest.fixture
def events(site):
    """All record events from now on, oldest first."""
    from collective.hoard.storage.interfaces import IRecordEvent
    from zope.component import getGlobalSiteManager

    seen = []

    def remember(event):
        seen.append(event)

    provideHandler(remember, [IRecordEvent])
    yield seen
    getGlobalSiteManager().unregisterHandler(remember, [IRecordEvent])
