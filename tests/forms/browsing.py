"""Browsers of visitors and editors, and requests that no browser would send."""

from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.token import issue
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.testing.zope import Browser
from plone.uuid.interfaces import IUUID
from urllib.parse import quote_from_bytes
import transaction


BOUNDARY = "----boundary"


def browser(layer, name=None, password=None):
    found = Browser(layer["app"])
    found.raiseHttpErrors = False
    found.followRedirects = True
    if name:
        found.addHeader("Authorization", f"Basic {name}:{password}")
    return found


def manager(layer):
    return browser(layer, SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def status(browser):
    return int(browser.headers["Status"].split()[0])


def rows(form):
    """Stored values, oldest first, as they are in the database now."""
    transaction.begin()
    return [row.values for row in find_ledger(form).iter_rows()]


def token(form):
    transaction.begin()
    return issue(IUUID(form))


def urlencoded(pairs):
    """Pairs of text or bytes as a body; bytes go as they are, valid or not."""

    def quoted(part):
        part = part if isinstance(part, bytes) else part.encode()
        return quote_from_bytes(part, safe=b"")

    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)


def multipart(parts):
    """A body of ``(raw header line of the part, content as bytes)``."""
    lines = []
    for header, content in parts:
        header = header if isinstance(header, bytes) else header.encode()
        lines += [
            f"--{BOUNDARY}".encode(),
            b"Content-Disposition: form-data; " + header,
        ]
        lines += [b"", content]
    return b"\r\n".join([*lines, f"--{BOUNDARY}--".encode(), b""])


def post(browser, form, *pairs, view="@@hoard-form", with_token=True):
    """Post *pairs* to the form, with a good token if not said otherwise."""
    pairs = [*pairs, *([("token", token(form))] if with_token else [])]
    browser.post(f"{form.absolute_url()}/{view}", urlencoded(pairs))
    return status(browser)


def post_multipart(browser, form, *parts):
    parts = [*parts, ('name="token"', token(form).encode())]
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    browser.post(f"{form.absolute_url()}/@@hoard-form", multipart(parts), kind)
    return status(browser)


def contents(browser):
    """The answer as text, whatever it says of its encoding."""
    found = browser.contents
    return found if isinstance(found, str) else found.decode("utf-8", "replace")


INSIDE = ("Traceback (most", "site-packages", 'File "/', "zExceptions", "object at 0x")


def shows_no_traceback(browser):
    """Whether the page holds none of what only programmers should see."""
    return not any(word in contents(browser) for word in INSIDE)
