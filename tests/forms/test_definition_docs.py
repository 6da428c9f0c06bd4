"""docs/reference/definition.md is true."""

from collective.hoard.forms.definition import parse
from collective.hoard.forms.definition import parse_json
from collective.hoard.forms.fill import fill
from collective.hoard.forms.interfaces import IFieldKind
from collective.hoard.forms.interfaces import Limits
from collective.hoard.forms.interfaces import SubmissionRefused
from pathlib import Path
from zope.component import getSiteManager
from zope.component import getUtilitiesFor
import pytest
import re


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "definition.md"


def example(language):
    text = PAGE.read_text(encoding="utf-8")
    return re.search(rf"```{language}\n(.*?)```", text, re.S)[1]


def test_the_json_example_is_a_definition(integration):
    definition = parse_json(example("json"))

    assert fill(definition, {"card": "AB-12345"}, Limits()) == {"card": "AB-12345"}
    with pytest.raises(SubmissionRefused, match="Two letters, a hyphen"):
        fill(definition, {"card": "12345"}, Limits())


def test_the_table_lists_every_kind_with_its_settings(integration):
    rows = re.findall(r"(?m)^\| `([a-z_]+)` \|.*\| (.*) \|$", PAGE.read_text("utf-8"))
    listed = dict(rows)

    for name, kind in getUtilitiesFor(IFieldKind):
        assert name in listed
        inherited = listed[name].startswith(("the same", "as `text`"))
        for setting in kind.settings:
            assert inherited or f"`{setting.name}`" in listed[name], (name, setting)


def test_the_python_example_is_a_kind(integration):
    scope = {}
    exec(example("python"), scope)
    manager = getSiteManager()
    manager.registerUtility(scope["PostalCode"](), IFieldKind, "postal_code")
    field = {"id": "code", "kind": "postal_code", "title": "Code"}
    fieldset = {"id": "main", "fields": [field]}
    definition = parse({"version": 1, "fieldsets": [fieldset]})

    assert fill(definition, {"code": "04109"}, Limits()) == {"code": "04109"}
    with pytest.raises(SubmissionRefused, match="five digits"):
        fill(definition, {"code": "4109"}, Limits())
    manager.unregisterUtility(provided=IFieldKind, name="postal_code")
