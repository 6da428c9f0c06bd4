"""A second person's browser, and a site where tests need not wait."""

from plone import api
import pytest
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
