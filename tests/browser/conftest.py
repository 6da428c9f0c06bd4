"""A second person's browser, a site where tests need not wait, one that monitors.

``HOARD_PICTURES=folder`` keeps pictures of the pages.
"""

from browser.sizes import DESKTOP
from browser_fixtures import PATIENCE
from collective.hoard.watch import engines
from pathlib import Path
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from watch import world
from watch.conftest import configure
import os
import pytest
import shutil
import transaction


@pytest.fixture
def no_minimum_fill_time(server):
    api.portal.set_registry_record("collective.hoard.fill_seconds", 0)
    transaction.commit()


@pytest.fixture
def visitor_errors():
    """As `page_errors`, for `visitor_page`."""
    return []


@pytest.fixture
def visitor_page(browser, request, visitor_errors):
    """A page in a browser of its own, nobody logged in.

    Parametrize it with options of the browser's context.
    """
    context = browser.new_context(locale="en-US", **getattr(request, "param", {}))
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on(
        "console",
        lambda message: message.type == "error" and visitor_errors.append(message.text),
    )
    page.on("pageerror", lambda error: visitor_errors.append(str(error)))
    yield page
    context.close()
    assert not visitor_errors, "\n".join(visitor_errors)


LUNCH = {
    "version": 1,
    "fieldsets": [
        {
            "id": "main",
            "fields": [
                {"id": "name", "kind": "text", "title": "Your name", "required": True},
                {"id": "address", "kind": "email", "title": "Your address"},
                {
                    "id": "food",
                    "kind": "one_of",
                    "title": "What do you eat?",
                    "options": [
                        {"value": "all", "title": "Everything"},
                        {"value": "vegan", "title": "Vegan"},
                    ],
                },
                {"id": "cake", "kind": "yes_no", "title": "I bring a cake"},
            ],
        }
    ],
}


@pytest.fixture
def lunch_form(server, no_minimum_fill_time):
    """The form that the first test makes by hand, made at once."""
    with api.env.adopt_user(username="admin"):
        form = api.content.create(
            server["portal"],
            "HoardForm",
            "summer-party",
            title="Summer party",
            hoard_definition=LUNCH,
        )
    transaction.commit()
    return form


@pytest.fixture(scope="session")
def watched_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "full.db"
    return path, world.make(str(path))


@pytest.fixture
def watched(server, watched_file, tmp_path):
    """The path of a database that the site shows."""
    path = str(shutil.copy(watched_file[0], tmp_path / "hoard.db"))
    world.beat(path)
    configure(database=path, public=True, public_groups=["web", "mail"], refresh=5)
    yield path
    engines.forget()


@pytest.fixture
def take(tmp_path):
    folder = Path(os.environ.get("HOARD_PICTURES") or tmp_path)
    folder.mkdir(exist_ok=True, parents=True)

    def take(page, name, full_page=True):
        page.wait_for_timeout(700)
        page.screenshot(path=folder / f"monitoring-{name}.png", full_page=full_page)

    return take


@pytest.fixture
def keeper(page, log_in):
    page.set_viewport_size(DESKTOP["viewport"])
    log_in(SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
    return page
