"""Every kind of field that Plone has a widget for, through a real form."""

from collective.hoard.storage import get_record
from collective.hoard.storage import RecordFormMixin
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from datetime import UTC
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.textfield import RichText
from plone.app.textfield.value import RichTextValue
from plone.app.vocabularies.catalog import CatalogSource
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.field import NamedFile
from plone.schema import Email
from plone.schema import JSONField
from z3c.form.field import Fields
from z3c.form.form import DisplayForm
from z3c.form.form import EditForm
from z3c.form.interfaces import IDataManager
from z3c.form.object import registerFactoryAdapter
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from ZODB.blob import Blob
from zoneinfo import ZoneInfo
from zope import schema
from zope.component import getMultiAdapter
from zope.configuration.config import ConfigurationMachine
from zope.interface import implementer
from zope.interface import Interface
from zope.interface.interface import InterfaceClass
from ZPublisher.HTTPRequest import FileUpload
import base64
import plone.app.z3cform
import pytest
import re
import transaction


TINY_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==")
NAME = "form.widgets.value"


class IAddress(Interface):
    street = schema.TextLine(title="Street")
    number = schema.Int(title="Number", required=False)


@implementer(IAddress)
class Address:
    street = number = None


def upload(data, filename):
    class Storage:
        file = BytesIO(data)
        headers = {}
        name = "value"

    Storage.filename = filename
    return FileUpload(Storage)


def lines(*values):
    return {NAME: "\r\n".join(values)}


def empty_marked(*values):
    return {NAME: list(values), f"{NAME}-empty-marker": "1"}


class Kind:
    """A field, what a browser sends for it, the value, and what is shown."""

    def __init__(self, field, sent, value, shown, kept=None):
        self.field = field
        self.sent = sent if isinstance(sent, dict) or callable(sent) else {NAME: sent}
        self.value = value
        self.shown = shown
        self.kept = value if kept is None else kept


COLOURS = ["red", "green", "blue"]
CHOICE = schema.Choice(values=COLOURS)
KINDS = {
    "TextLine": Kind(schema.TextLine(), "Zoë <b>", "Zoë <b>", "Zoë &lt;b&gt;"),
    "Text": Kind(schema.Text(), "one\r\ntwo", "one\r\ntwo", "two"),
    "ASCII": Kind(schema.ASCII(), "ascii", "ascii", "ascii"),
    "ASCIILine": Kind(schema.ASCIILine(), "ascii", "ascii", "ascii"),
    "BytesLine": Kind(schema.BytesLine(), "bytes", b"bytes", "bytes"),
    "Id": Kind(schema.Id(), "a.b", "a.b", "a.b"),
    "Int": Kind(schema.Int(), "42", 42, "42"),
    "Float": Kind(schema.Float(), "1.5", 1.5, "1.5"),
    "Decimal": Kind(schema.Decimal(), "1.10", Decimal("1.10"), "1.1"),
    "Timedelta": Kind(
        schema.Timedelta(), "1 day, 2:03:04", timedelta(1, 7384), "1 day, 2:03:04"
    ),
    "Bool": Kind(
        schema.Bool(required=False),
        {NAME: ["selected"], f"{NAME}-empty-marker": "1"},
        True,
        "selected|yes",
    ),
    "Date": Kind(schema.Date(), "2026-02-28", date(2026, 2, 28), "2026-02-28|26/02/28"),
    "Datetime": Kind(
        schema.Datetime(),
        "2026-02-28T23:30",
        datetime(2026, 2, 28, 23, 30),
        "2026-02-28T23:30|26/02/28",
    ),
    "Time": Kind(schema.Time(), "23:30", time(23, 30), "23:30|11:30"),
    "Password": Kind(schema.Password(), "s3cret", "s3cret", ""),
    "Email": Kind(Email(), "a@example.org", "a@example.org", "a@example.org"),
    "URI": Kind(
        schema.URI(),
        "http://example.org/",
        "http://example.org/",
        "http://example.org/",
    ),
    "JSONField": Kind(
        JSONField(), '{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}, "a"
    ),
    "RichText": Kind(
        RichText(),
        "<p>Rich</p>",
        RichTextValue("<p>Rich</p>", "text/html", "text/x-html-safe"),
        "Rich",
    ),
    "Choice": Kind(schema.Choice(values=COLOURS), ["green"], "green", "green"),
    "Choice of CatalogSource": Kind(
        schema.Choice(source=CatalogSource()),
        lambda uid: {NAME: uid},
        "UID",
        "{uid}|An item",
    ),
    "List of TextLine": Kind(
        schema.List(value_type=schema.TextLine()), lines("b", "a"), ["b", "a"], "b"
    ),
    "Tuple of TextLine": Kind(
        schema.Tuple(value_type=schema.TextLine()), lines("b", "a"), ("b", "a"), "b"
    ),
    "Set of TextLine": Kind(
        schema.Set(value_type=schema.TextLine()), lines("b", "a"), {"b", "a"}, "b"
    ),
    "FrozenSet of TextLine": Kind(
        schema.FrozenSet(value_type=schema.TextLine()),
        lines("b", "a"),
        frozenset("ab"),
        "b",
    ),
    "List of ASCIILine": Kind(
        schema.List(value_type=schema.ASCIILine()), lines("b", "a"), ["b", "a"], "b"
    ),
    "Tuple of ASCIILine": Kind(
        schema.Tuple(value_type=schema.ASCIILine()), lines("b", "a"), ("b", "a"), "b"
    ),
    "Set of ASCIILine": Kind(
        schema.Set(value_type=schema.ASCIILine()), lines("b", "a"), {"b", "a"}, "b"
    ),
    "List of Choice": Kind(
        schema.List(value_type=CHOICE),
        empty_marked("blue", "red"),
        ["blue", "red"],
        "blue",
    ),
    "Tuple of Choice": Kind(
        schema.Tuple(value_type=CHOICE),
        empty_marked("blue", "red"),
        ("blue", "red"),
        "blue",
    ),
    "Set of Choice": Kind(
        schema.Set(value_type=CHOICE),
        empty_marked("blue", "red"),
        {"blue", "red"},
        "blue",
    ),
    "List of Dict": Kind(
        schema.List(value_type=schema.Dict()),
        '[{"i": "portal_type", "v": ["Document"]}]',
        [{"i": "portal_type", "v": ["Document"]}],
        "portal_type",
    ),
    "Dict": Kind(
        schema.Dict(key_type=schema.TextLine(), value_type=schema.Int()),
        {
            f"{NAME}.count": "1",
            f"{NAME}.key.0": "one",
            f"{NAME}.0": "1",
        },
        {"one": 1},
        "one",
    ),
    "Object": Kind(
        schema.Object(schema=IAddress),
        {
            f"{NAME}-empty-marker": "1",
            f"{NAME}.widgets.street": "High Street",
            f"{NAME}.widgets.number": "7",
        },
        {"street": "High Street", "number": 7},
        "High Street",
    ),
    "RelationChoice": Kind(
        RelationChoice(source=CatalogSource()),
        lambda uid: {NAME: uid},
        "content",
        "{uid}|An item",
    ),
    "RelationList": Kind(
        RelationList(value_type=RelationChoice(source=CatalogSource())),
        lambda uid: {NAME: uid},
        "contents",
        "{uid}|An item",
    ),
    "NamedBlobFile": Kind(
        NamedBlobFile(),
        lambda uid: {NAME: upload(b"Hello", "hello.txt")},
        ("hello.txt", "text/plain", b"Hello"),
        "hello.txt",
    ),
    "NamedBlobImage": Kind(
        NamedBlobImage(),
        lambda uid: {NAME: upload(TINY_GIF, "tiny.gif")},
        ("tiny.gif", "image/gif", TINY_GIF),
        "tiny.gif",
    ),
    "NamedFile": Kind(
        NamedFile(),
        lambda uid: {NAME: upload(b"Hello", "hello.txt")},
        ("hello.txt", "text/plain", b"Hello"),
        "hello.txt",
    ),
}
PLAIN = (str, bytes, bool, int, float, type(None), Decimal, Blob)
PLAIN += (date, datetime, time, timedelta)


def plain(value):
    """Whether *value* is made of nothing but what ZODB and Python bring."""
    if type(value) is PersistentMapping:
        return all(plain(k) and plain(v) for k, v in value.items())
    if type(value) in (PersistentList, tuple, frozenset):
        return all(map(plain, value))
    return type(value) in PLAIN


def comparable(value, item):
    """What the tables above say, for values that cannot be written there."""
    if hasattr(value, "filename"):
        return value.filename, value.contentType, value.data
    if IAddress.providedBy(value):
        return {"street": value.street, "number": value.number}
    if isinstance(value, RichTextValue):
        return value.raw, value.mimeType, value.outputMimeType
    same_item = getattr(item, "aq_base", None)
    if getattr(value, "aq_base", value) is same_item:
        return "content"
    if isinstance(value, list) and [getattr(v, "aq_base", v) for v in value] == [
        same_item
    ]:
        return "contents"
    return "UID" if value == item.UID() else value


@pytest.fixture(params=KINDS)
def kind(request, site):
    registerFactoryAdapter(IAddress, Address)
    return KINDS[request.param]


@pytest.fixture
def forms(kind):
    """An edit form and a display form with one field of this kind."""
    field = kind.field
    field.title = "Value"
    anonymous = InterfaceClass("IOne", (Interface,), {"value": field}, __module__="t")

    class Edit(RecordFormMixin, EditForm):
        record_key = "fields"
        fields = Fields(anonymous)

    class Show(RecordFormMixin, DisplayForm):
        record_key = "fields"
        fields = Fields(anonymous)

    return Edit, Show


@pytest.fixture
def filled_in(kind, forms, make_request, page, site):
    sent = kind.sent(site["item"].UID()) if callable(kind.sent) else kind.sent
    request = make_request(**sent, **{"form.buttons.apply": "Apply"})
    form = forms[0](page, request)
    form.update()
    assert [view.message for view in form.widgets.errors] == []
    assert form.status == form.successMessage
    transaction.savepoint()  # pickles it
    return form


def test_the_value_comes_back(filled_in, kind, forms, page, site):
    record = get_record(page, "fields")

    value = getMultiAdapter(
        (record, forms[0].fields["value"].field), IDataManager
    ).get()

    expected = comparable(kind.value, site["item"])
    assert comparable(value, site["item"]) == expected
    assert type(comparable(value, site["item"])) is type(expected)


def test_only_plain_values_are_stored(filled_in, page):
    storage = get_record(page, "fields").storage

    assert plain(storage), dict(storage)


@pytest.mark.parametrize("mode", ["edit", "display"])
def test_the_value_is_shown(filled_in, kind, forms, page, make_request, mode, site):
    form = forms[mode == "display"](page, make_request())

    form.update()
    html = form.widgets["value"].render()

    shown = kind.shown.format(uid=site["item"].UID()).split("|")
    assert any(text in html for text in shown), html


def test_showing_it_registers_nothing(filled_in, forms, page, make_request):
    transaction.savepoint()
    before = len(page._p_jar._registered_objects)

    for form_class in forms:
        form = form_class(page, make_request())
        form.update()
        form.widgets["value"].render()

    assert len(page._p_jar._registered_objects) == before


def test_sending_it_again_changes_nothing(
    filled_in, kind, forms, page, make_request, site, events
):
    if kind.field.__class__.__name__ in (
        "NamedBlobFile",
        "NamedBlobImage",
        "NamedFile",
    ):
        sent = {f"{NAME}.action": "nochange"}
    else:
        sent = kind.sent(site["item"].UID()) if callable(kind.sent) else kind.sent

    form = forms[0](page, make_request(**sent, **{"form.buttons.apply": "Apply"}))
    form.update()

    assert form.status == form.noChangesMessage
    assert events == []


def registered_signatures():
    """The field signatures for which plone.app.z3cform registers a widget."""
    zcml = Path(plone.app.z3cform.__file__).with_name("widgets.zcml").read_text()
    pattern = r'<adapter\s+factory="[^"]*"\s*(?:provides="[^"]*"\s*)?for="([^"]*)"'
    for found in re.findall(pattern, zcml):
        *fields, layer = found.split()
        if layer.endswith("IPloneFormLayer") and "IButton" not in fields[-1]:
            yield tuple(f for f in fields if not f.startswith("plone.app.z3cform."))


@pytest.mark.parametrize(
    "signature", sorted(set(registered_signatures())), ids=" ".join
)
def test_every_kind_with_a_widget_is_in_the_table(signature):
    resolve = ConfigurationMachine().resolve
    first, *rest = [resolve(name) for name in signature if name != ".interfaces"]

    def fits(field):
        inner = getattr(field, "value_type", None) or getattr(field, "source", None)
        inner = inner or getattr(field, "vocabulary", None)
        wanted = [(first, field), *((spec, inner) for spec in rest)]
        return all(
            spec.providedBy(obj)
            if hasattr(spec, "providedBy")
            else isinstance(obj, spec)
            for spec, obj in wanted
        )

    assert any(fits(kind.field) for kind in KINDS.values())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
def test_a_time_zone_of_pytz_is_stored_as_one_of_python(page, zone):
    import pytz

    moment = pytz.timezone(zone).localize(datetime(2026, 7, 1, 12))
    record = get_record(page, "zones")

    record["moment"] = moment

    assert record["moment"] == moment
    assert record["moment"].utcoffset() == moment.utcoffset()
    assert isinstance(record["moment"].tzinfo, ZoneInfo | timezone)


def test_the_second_of_two_equal_hours_is_kept(page):
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))
    record = get_record(page, "zones")

    record["moment"] = second

    assert record["moment"].utcoffset() == timedelta(hours=1)


def test_the_same_moment_in_another_zone_is_a_change(page):
    record = get_record(page, "zones")
    record["moment"] = datetime(2026, 7, 1, 12, tzinfo=UTC)
    berlin = record["moment"].astimezone(ZoneInfo("Europe/Berlin"))

    record["moment"] = berlin

    assert str(record["moment"].tzinfo) == "Europe/Berlin"
