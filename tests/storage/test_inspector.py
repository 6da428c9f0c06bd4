"""The @@form-inspector: what runs for each field, and why."""

from collective.hoard.interfaces import IHoardLayer
from hoardexample import forms
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from plone.testing.zope import Browser
from z3c.form.form import EditForm
from zope.component import getGlobalSiteManager
from zope.component import getMultiAdapter
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.publisher.interfaces.browser import IBrowserRequest
import bs4
import pytest
import transaction


@pytest.fixture
def inspect(make_request, page):
    """The reports of the fields of a form, by name."""

    def inspect(form):
        request = make_request()
        request.form["form"] = form
        alsoProvides(request, IHoardLayer)
        view = getMultiAdapter((page, request), name="form-inspector")
        view.inspect()
        return {report.name: report for report in view.fields}

    return inspect


def validators(report):
    return [chosen.name.rpartition(".")[2] for chosen in report.validators]


def test_it_lists_all_fields_with_their_fieldset(inspect):
    reports = inspect("example-grouped")

    assert list(reports) == ["name", "nick", "tags", "amount", "remark", "tone"]
    assert reports["remark"].group == "More"
    assert reports["name"].group == ""


def test_it_names_manager_codec_converter_and_widget(inspect):
    report = inspect("example-feedback")["tags"]

    assert report.data_manager.name.endswith("datamanager.RecordField")
    assert report.codec.name.endswith("codecs.CollectionCodec")
    assert report.converter.name == "z3c.form.converter.TextLinesConverter"
    assert report.widget.endswith("TextLinesWidget")
    assert report.stored_as == "tags"


def test_it_lists_the_validators_that_run(inspect):
    reports = inspect("example-grouped")

    assert set(validators(reports["name"])) >= {"NoShouting", "NoPageTitle"}
    assert set(validators(reports["remark"])) >= {"RemarkOnce", "RemarkNeedsName"}
    assert "NoRudeTone" in validators(reports["tone"])


@pytest.mark.parametrize(
    "form,values",
    [("example-grouped", {"name": "LOUD"}), ("example-grouped", {"tone": "rude"})],
)
def test_what_it_lists_is_what_runs(inspect, submit, form, values, monkeypatch):
    (name,) = values
    listed = validators(inspect(form)[name])
    ran = []
    ours = (forms.NoShouting, forms.NoPageTitle, forms.NoRudeTone)
    for cls in ours:

        def note(self, value, force=False, cls=cls):
            ran.append((self.field.__name__, cls.__name__))

        monkeypatch.setattr(cls, "validate", note)

    submit(forms.GroupedForm, values)

    expected = {cls.__name__ for cls in ours} & set(listed)
    assert expected
    assert {cls for field, cls in ran if field == name} == expected


def test_it_says_why(inspect):
    report = inspect("example-grouped")["name"]
    by_marker = next(c for c in report.validators if c.name.endswith("NoShouting"))
    by_type = next(c for c in report.validators if c.name.endswith("NoPageTitle"))

    reasons = {reason.role: reason for reason in by_marker.reasons}
    assert reasons["context"].registered == "hoardexample.forms.IMarker"
    assert reasons["context"].how == "put on this Record itself"
    assert reasons["view"].registered == "*"
    assert reasons["view"].how == "anything"
    assert "context is the record" in by_marker.note
    assert "context is the content" in by_type.note
    (context,) = [r for r in by_type.reasons if r.role == "context"]
    assert context.registered.endswith("IDocument")


def test_it_explains_forms_without_a_record(inspect):
    reports = inspect("edit")

    assert reports["IDublinCore.title"].data_manager.name.endswith("AttributeField")
    assert reports["IDublinCore.title"].codec is None
    assert validators(reports["IDublinCore.title"]) == ["SimpleFieldValidator"]


# in the browser


@pytest.fixture
def browse(storage_functional):
    portal = storage_functional["portal"]
    transaction.commit()

    def browse(query="", user=SITE_OWNER_NAME, password=SITE_OWNER_PASSWORD):
        browser = Browser(storage_functional["app"])
        browser.raiseHttpErrors = False
        if user:
            browser.addHeader("Authorization", f"Basic {user}:{password}")
        browser.open(f"{portal['page'].absolute_url()}/@@form-inspector{query}")
        return browser

    return browse


def text_of(browser):
    return bs4.BeautifulSoup(browser.contents, "html.parser").get_text(" ", strip=True)


def test_the_page_asks_for_a_form(browse):
    browser = browse()

    assert browser.headers["status"] == "200 OK"
    browser.getControl(name="form").value = "example-feedback"
    browser.getControl("Inspect").click()
    assert "NoShouting" in text_of(browser)


@pytest.mark.parametrize(
    "name",
    [
        "nosuchform",
        "document_view",
        "form-inspector",
        "../page",
        "@@nosuch",
        "%00",
        "\x7f",
    ],
)
def test_an_unknown_form_gets_a_clear_message(browse, name):
    browser = browse(f"?form={name}")

    assert browser.headers["status"].startswith("404")
    assert "There is no form named" in text_of(browser)


def test_output_is_escaped(browse):
    browser = browse("?form=<script>alert(1)</script>")

    assert "<script>alert(1)" not in browser.contents
    assert "&lt;script&gt;alert(1)" in browser.contents


def test_titles_are_escaped(browse, monkeypatch):
    monkeypatch.setattr(forms.IFeedback["name"], "title", "<b>Name</b>")

    browser = browse("?form=example-feedback")

    assert "<b>Name</b>" not in browser.contents
    assert "&lt;b&gt;Name&lt;/b&gt;" in browser.contents


@pytest.mark.parametrize(
    "user,password", [(None, None), (TEST_USER_NAME, TEST_USER_PASSWORD)]
)
def test_it_is_for_managers_only(browse, user, password, storage_functional):
    storage_functional["portal"]["page"].manage_permission(
        "View", ["Anonymous"], acquire=True
    )
    transaction.commit()

    browser = browse("?form=example-feedback", user, password)

    assert "NoShouting" not in browser.contents
    assert "nsufficient" in browser.contents or "/login?" in browser.url


def test_it_needs_the_add_on_in_the_site(page):
    from zope.component import queryMultiAdapter
    from zope.publisher.browser import TestRequest

    assert queryMultiAdapter((page, TestRequest()), name="form-inspector") is None


class Writing(EditForm):
    """Writes while it is set up, as no form should."""

    fields = forms.FeedbackForm.fields
    ignoreContext = True

    def updateWidgets(self, prefix=None):
        self.context.written = True
        super().updateWidgets(prefix)


def test_it_never_writes_even_if_the_form_does(browse, storage_functional):
    manager = getGlobalSiteManager()
    for_ = (Interface, IBrowserRequest)
    manager.registerAdapter(Writing, for_, Interface, name="writing")
    try:
        browser = browse("?form=writing")
    finally:
        manager.unregisterAdapter(Writing, for_, Interface, name="writing")

    transaction.begin()
    assert "Writing" in browser.contents
    assert not hasattr(storage_functional["portal"]["page"].aq_base, "written")


class Broken(EditForm):
    def update(self):
        raise ValueError("<i>needs a moon</i>")


def test_a_form_that_cannot_be_set_up_gets_a_clear_message(browse):
    manager = getGlobalSiteManager()
    for_ = (Interface, IBrowserRequest)
    manager.registerAdapter(Broken, for_, Interface, name="broken")
    try:
        browser = browse("?form=broken")
    finally:
        manager.unregisterAdapter(Broken, for_, Interface, name="broken")

    assert "ValueError: <i>needs a moon</i>" in text_of(browser)


def test_it_presses_no_button(browse, storage_functional):
    browse(
        "?form=example-feedback&form.widgets.name=Ann&form.buttons.apply=Apply"
        "&form.widgets.tags=a"
    )

    transaction.begin()
    from collective.hoard.storage import get_record

    page = storage_functional["portal"]["page"]
    assert not get_record(page, "hoardexample.feedback").exists
