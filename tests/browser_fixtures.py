"""A real browser: Chromium, as the system has it, driven by Playwright."""

import os
import pytest


FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
# Milliseconds until a test gives up; a laden machine needs more than an idle one.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def browser(require_service):
    """A running Chromium.

    Not for the whole session: as long as Playwright is there the main thread has
    an event loop that runs, and ``asyncio.run`` refuses to work.
    """
    from playwright.sync_api import expect
    from playwright.sync_api import sync_playwright

    path = require_service("chromium")
    # Chromium's sandbox refuses to work for root.
    expect.set_options(timeout=PATIENCE)
    flags = FLAGS + ["--no-sandbox"] * (os.geteuid() == 0)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page_errors():
    """What went wrong in `page`: console errors, uncaught exceptions.

    A test that provokes one takes it out; what is left fails the test.
    """
    return []


@pytest.fixture
def page(browser, page_errors):
    """A page of a fresh browser profile: no cookies, no cache."""

    def on_console(message):
        if message.type == "error":
            page_errors.append(f"{message.text} ({message.location.get('url')})")

    context = browser.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("console", on_console)
    page.on("pageerror", lambda error: page_errors.append(str(error)))
    yield page
    context.close()
    assert not page_errors, "\n".join(page_errors)


@pytest.fixture
def site_url(server):
    """Address of the Plone site that a real HTTP server answers."""
    return f"http://{server['host']}:{server['port']}/{server['portal'].getId()}"


@pytest.fixture
def log_in(page, site_url):
    """``log_in(name, password)`` by the log-in form, as a person does."""

    def log_in(name, password):
        page.goto(f"{site_url}/login")
        page.get_by_label("Login Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.locator("#buttons-login").click()
        page.wait_for_load_state()

    return log_in
