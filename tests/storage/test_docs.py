"""The how-tos, run as they stand."""

from pathlib import Path
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.testing.zope import Browser
from zope.component import getGlobalSiteManager
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.configuration import xmlconfig
import importlib
import pytest
import re
import sys
import transaction


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
BLOCK = re.compile(r"^( *)```(?:python|xml)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"(?:# |<!-- )(\S+\.(?:py|zcml))")


def blocks(document):
    """``{file name: text}`` of the code in *document*."""
    text = (HOW_TO / document).read_text()
    found = {}
    for indent, code in BLOCK.findall(text):
        code = re.sub(f"^{indent}", "", code, flags=re.MULTILINE)
        found[NAME.match(code)[1]] = code
    return found


@pytest.fixture
def install(tmp_path, monkeypatch, storage_functional):
    """Make a package of the code in a document and load it into the site."""
    monkeypatch.syspath_prepend(tmp_path)
    before = {id(r.factory) for r in getGlobalSiteManager().registeredAdapters()}

    def install(document, package):
        code = blocks(document)
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        for name, text in code.items():
            if name.startswith(f"{package}/"):
                (tmp_path / name).write_text(text)
        module = importlib.import_module(package)
        context = storage_functional["configurationContext"]
        site = getSite()
        setSite(None)  # ZCML registers in the site if there is one
        xmlconfig.file("configure.zcml", module, context=context)
        setSite(site)
        return code

    yield install
    manager = getGlobalSiteManager()
    for registration in list(manager.registeredAdapters()):
        if id(registration.factory) not in before:
            manager.unregisterAdapter(
                registration.factory,
                registration.required,
                registration.provided,
                registration.name,
            )
    for name in [n for n in sys.modules if n.split(".")[0] in ("feedback", "checks")]:
        del sys.modules[name]


@pytest.fixture
def browser(storage_functional):
    browser = Browser(storage_functional["app"])
    browser.handleErrors = False
    browser.addHeader("Authorization", f"Basic {SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}")
    return browser


def run(code, **names):
    exec(compile(code, "docs", "exec"), names)  # noqa: S102


def test_the_articles_example_works(install, browser, storage_functional, capsys):
    code = install("store-form-data-in-annotations.md", "feedback")
    page = storage_functional["portal"]["page"]

    browser.open(f"{page.absolute_url()}/@@feedback")
    browser.getControl(name="form.widgets.name").value = "ANN"
    browser.getControl(name="form.buttons.apply").click()
    assert "Please do not shout." in browser.contents

    browser.getControl(name="form.widgets.name").value = "Ann"
    browser.getControl(name="form.buttons.apply").click()
    assert "Data successfully updated." in browser.contents

    transaction.begin()
    run(code["read.py"], page=page)
    assert "Ann ['general']" in capsys.readouterr().out
    run(code["change.py"], page=page)
    run(code["read.py"], page=page)
    assert "Ann ['general', 'answered']" in capsys.readouterr().out


def test_the_other_spelling_works(install, storage_functional):
    install("store-form-data-in-annotations.md", "feedback")

    from feedback.plain import PlainFeedbackForm

    assert PlainFeedbackForm.record_key == "feedback.plain"


def test_the_optional_zcml_loads(storage_functional):
    import zope.component

    zcml = blocks("store-form-data-in-annotations.md")["optional.zcml"]
    wrapped = f'<configure xmlns="http://namespaces.zope.org/zope">{zcml}</configure>'
    context = xmlconfig.file("meta.zcml", zope.component)

    assert xmlconfig.string(wrapped, context=context, execute=False)


@pytest.mark.parametrize(
    "values,error",
    [
        ({"product": "Sun", "first": "40"}, "Days go from 1 to 31."),
        ({"product": "The page", "first": "1"}, "The page itself is not for sale."),
        ({"product": "Moon", "first": "2"}, "The moon is sold on the first only."),
        ({"product": "Sun", "first": "31"}, None),
    ],
)
def test_the_validators_work(install, make_request_functional, values, error):
    install("validators.md", "checks")
    from checks.validators import OrderForm

    form = make_request_functional(OrderForm, values)

    assert [view.message for view in form.widgets.errors] == [error] * bool(error)


def test_the_validator_in_zcml_and_the_invariant_work(install, make_request_functional):
    install("validators.md", "checks")
    from checks.validators import OrderForm

    first = make_request_functional(OrderForm, {"product": "Sun", "first": "1"})
    second = make_request_functional(OrderForm, {"product": "Moon", "first": "1"})
    first.getContent()["last"] = 5
    third = make_request_functional(OrderForm, {"product": "Sun", "first": "9"})

    messages = [[v.message for v in f.widgets.errors] for f in (first, second, third)]
    assert messages == [
        [],
        ["You chose another product before."],
        ["The last day is before the first."],
    ]


@pytest.fixture
def make_request_functional(storage_functional):
    from plone.app.z3cform.interfaces import IPloneFormLayer
    from zope.interface import alsoProvides

    def submit(form_class, values):
        request = storage_functional["request"].clone()
        request.form.update({f"form.widgets.{k}": v for k, v in values.items()})
        request.form["form.buttons.apply"] = "Apply"
        request.method = "POST"
        alsoProvides(request, IPloneFormLayer)
        form = form_class(storage_functional["portal"]["page"], request)
        form.update()
        return form

    return submit
