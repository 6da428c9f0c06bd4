"""Files in records, through the real publisher."""

from collective.hoard.storage import get_record
from hoardexample import forms
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.namedfile.file import NamedBlobFile
from plone.testing.zope import Browser
from z3c.form.interfaces import IDataManager
from zope.component import getMultiAdapter
import pytest
import transaction


KEY = "hoardexample.auto"
FIELD = forms.IAuto["attachment"]


@pytest.fixture
def page(storage_functional):
    return storage_functional["portal"]["page"]


@pytest.fixture
def browser(storage_functional):
    browser = Browser(storage_functional["app"])
    browser.handleErrors = False
    browser.addHeader("Authorization", f"Basic {SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}")
    return browser


def manager(page):
    return getMultiAdapter((get_record(page, KEY), FIELD), IDataManager)


def upload(browser, page, data, name):
    browser.open(f"{page.absolute_url()}/@@example-auto")
    control = browser.getControl(name="form.widgets.attachment")
    control.add_file(data, "text/plain", name)
    browser.getControl(name="form.buttons.apply").click()
    transaction.begin()


def test_an_uploaded_file_is_stored_in_a_blob(browser, page):
    upload(browser, page, b"Hello", "hello.txt")

    stored = get_record(page, KEY).storage["attachment"]
    assert stored["blob"].open().read() == b"Hello"
    assert manager(page).get().filename == "hello.txt"


def test_it_can_be_downloaded(browser, page):
    upload(browser, page, b"Hello", "hello.txt")
    browser.open(f"{page.absolute_url()}/@@example-auto")

    link = browser.getLink("hello.txt")
    browser.open(link.url)

    assert browser.contents == "Hello"


def test_it_is_kept_removed_and_replaced(browser, page):
    upload(browser, page, b"Hello", "hello.txt")
    url = f"{page.absolute_url()}/@@example-auto"

    browser.open(url)
    browser.getControl(name="form.widgets.name").value = "Ann"
    browser.getControl(name="form.buttons.apply").click()
    transaction.begin()
    assert manager(page).get().data == b"Hello"

    browser.open(url)
    browser.getControl(name="form.widgets.attachment.action").value = ["replace"]
    control = browser.getControl(name="form.widgets.attachment")
    control.add_file(b"Other", "text/plain", "other.txt")
    browser.getControl(name="form.buttons.apply").click()
    transaction.begin()
    assert manager(page).get().data == b"Other"

    browser.open(url)
    browser.getControl(name="form.widgets.attachment.action").value = ["remove"]
    browser.getControl(name="form.buttons.apply").click()
    transaction.begin()
    assert manager(page).get() is None


def test_a_hostile_file_name_is_only_a_name(browser, page):
    upload(browser, page, b"x", "../../<script>.txt")

    assert "/" not in manager(page).get().filename
    browser.open(f"{page.absolute_url()}/@@example-auto")
    assert "<script>.txt" not in browser.contents


def test_a_file_is_there_after_the_cache_was_emptied(page, storage_functional):
    manager(page).set(NamedBlobFile(b"Hello", filename="hello.txt"))
    transaction.commit()
    page._p_jar.cacheMinimize()

    assert manager(page).get().data == b"Hello"
