"""Input that no browser would send: an honest answer, nothing stored half."""

from bs4 import BeautifulSoup
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.limits import get_limits
from concurrent.futures import ThreadPoolExecutor
from forms.accessibility import main_part
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import post
from forms.browsing import post_multipart
from forms.browsing import rows
from forms.browsing import shows_no_traceback
from forms.browsing import status
from forms.browsing import token
from forms.browsing import urlencoded
from forms.conftest import definition
from forms.conftest import field
from forms.conftest import make_form
from plone import api
from plone.app.textfield import RichTextValue
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request
from urllib.request import urlopen
import pytest
import transaction


SCRIPT = "\"'><script>alert(1)</script>"


@pytest.fixture
def visitor(functional):
    return browser(functional)


def is_refused(visitor, form, code):
    """An honest status, words instead of a traceback, nothing stored."""
    assert code in (400, 404, 413, 422) or (code in (500, 503) and by_zope(visitor))
    assert shows_no_traceback(visitor)
    assert rows(form) == []
    return True


def by_zope(visitor):
    """Whether Zope gave up on the body before any code of ours saw it: text that
    its converters cannot convert, names that are not UTF-8. It answers with the
    name of the error, as JSON or a bare page."""
    page = contents(visitor)
    return 'id="content"' not in page and len(page) < 2000


CONVERTERS = [
    "field.text:int", "field.text:float", "field.text:long", "field.text:date",
    "field.text:list", "field.text:tuple", "field.text:tokens", "field.text:lines",
    "field.text:boolean", "field.text:record", "field.text.a:record",
    "field.text.a:records", "field.text.a:int:record", "field.text:list:int",
    "field.text:required", "field.text:bytes", "field.text:json", "field.text:nothing",
    "field.text:int:default", "field.file.filename:record", "field.file.read:record",
    "field.many_of.a:records", "field.many_of:int:list", "field.one_of:list",
    "field.date:date", "field.yes_no:boolean", "field.integer:int",
    "field.decimal:float", "token:int", "token:list", "token.a:record",
    "homepage:list", "field:record", "field.:record", "field.text:utf-16:string",
]  # fmt: skip


@pytest.mark.parametrize("value", ["7", "x"])
@pytest.mark.parametrize("name", CONVERTERS)
def test_types_made_by_the_request_are_refused(form, visitor, name, value):
    pairs = [("field.text", "x")] if not name.startswith("field.text") else []
    code = post(visitor, form, *pairs, (name, value))

    assert shows_no_traceback(visitor)
    if code == 200:  # An empty value of whatever type may count as no value.
        assert visitor.url.endswith("@@hoard-thanks")
        assert all(
            type(v) is str for row in rows(form) for k, v in row.items() if k == "text"
        )
    else:
        assert is_refused(visitor, form, code)


@pytest.mark.parametrize(
    "name",
    [
        "manage_delObjects:method",
        "manage_main:action",
        "@@hoard-fields:method",
        ":method",
        "__call__:method",
        "aq_parent:default_method",
    ],
)
def test_a_request_cannot_choose_another_method(form, visitor, name):
    code = post(visitor, form, ("field.text", "x"), (name, "1"))

    assert code in (200, 400, 401, 403, 404, 422)
    assert shows_no_traceback(visitor)
    assert "form" in api.portal.get()


NAMES = [
    "field.",
    "field._s",
    "field.unknown",
    "field.static_text",
    "field.TEXT",
    "field.te\x00xt",
    b"field.\xff\xfe",
    "field.<script>",
    "field.text ",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_unknown_fields_are_refused(form, visitor, name):
    assert is_refused(
        visitor, form, post(visitor, form, ("field.text", "x"), (name, "1"))
    )
    assert "<script>" not in main_part(contents(visitor)).decode()


BYTES = [
    b"\x00",
    b"a\x00b",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf0\x28\x8c\xbc",
    b"\x1b[31m",
    b"\x85\xa0",
]


EVERYWHERE = [
    *(("text", value) for value in BYTES),
    *(
        (name, b"a\x00\xff")
        for name in ("long_text", "hidden", "one_of", "many_of", "date")
    ),
]


@pytest.mark.parametrize("name,value", EVERYWHERE, ids=repr)
def test_bytes_that_are_no_text_are_refused(form, visitor, name, value):
    pairs = {"text": "x", name: value}

    code = post(visitor, form, *((f"field.{k}", v) for k, v in pairs.items()))

    assert is_refused(visitor, form, code)
    assert "\x00" not in contents(visitor)


@pytest.mark.parametrize("value", BYTES, ids=repr)
def test_bytes_that_are_no_text_are_refused_in_parts(form, visitor, value):
    code = post_multipart(visitor, form, ('name="field.text"', value))

    assert is_refused(visitor, form, code)


@pytest.mark.parametrize("value", BYTES, ids=repr)
def test_bytes_that_are_no_text_do_not_break_a_link(form, visitor, value):
    visitor.open(f"{form.absolute_url()}?field.text={quote(value)}&{quote(value)}=1")

    assert status(visitor) in (200, 400)
    assert shows_no_traceback(visitor)


def test_a_body_that_is_no_form_is_refused(form, visitor):
    for body, kind in (
        (b"{}", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"no parts", "multipart/form-data"),
        (b"<a/>", "text/xml"),
    ):
        visitor.post(f"{form.absolute_url()}/@@hoard-form", body, kind)
        assert is_refused(visitor, form, status(visitor))


def test_ten_thousand_fields_are_refused_in_few_words(form, visitor):
    many = [(f"field.f{i}", "x") for i in range(10_000)]

    assert is_refused(visitor, form, post(visitor, form, ("field.text", "x"), *many))
    assert len(contents(visitor)) < 300_000


def test_ten_thousand_values_of_one_field_are_refused(form, visitor):
    many = [("field.many_of", "red")] * 10_000

    assert is_refused(visitor, form, post(visitor, form, ("field.text", "x"), *many))


@pytest.mark.parametrize("name", ["text", "long_text", "hidden"])
def test_a_text_beyond_the_limit_is_refused(form, visitor, name):
    pairs = {"text": "x", name: "a" * (get_limits().text_length + 1)}

    code = post(visitor, form, *((f"field.{k}", v) for k, v in pairs.items()))

    assert is_refused(visitor, form, code)


@pytest.mark.parametrize("size", [500_000, 5_000_000])
def test_a_huge_text_is_refused(form, visitor, size):
    assert is_refused(visitor, form, post(visitor, form, ("field.text", "a" * size)))


def a_file(name, data=b"data"):
    return (b'name="field.file"; filename="' + name + b'"', data)


TEXT = ('name="field.text"', b"x")


@pytest.mark.parametrize(
    "name,data",
    [
        (b"a.txt", b"a" * 10_241),
        (b"a.txt", b""),
        (b"a.exe", b"data"),
        (b"txt", b"data"),
        (b"a.txt\x00.exe", b"data"),
        (b"a.txt.html", b"data"),
    ],
    ids=repr,
)
def test_a_file_that_is_not_wanted_is_refused(form, visitor, name, data):
    assert is_refused(
        visitor, form, post_multipart(visitor, form, TEXT, a_file(name, data))
    )


def test_a_file_beyond_the_limit_of_the_site_is_refused(functional, visitor):
    form = make_form(functional["portal"], definition(field("file")))
    api.portal.set_registry_record("collective.hoard.file_size", 1)
    transaction.commit()

    assert is_refused(
        visitor, form, post_multipart(visitor, form, a_file(b"a", b"a" * 1025))
    )


def test_two_files_for_one_field_are_refused(form, visitor):
    code = post_multipart(visitor, form, TEXT, a_file(b"a.txt"), a_file(b"b.txt"))

    assert is_refused(visitor, form, code)


HOSTILE = [
    b"../../etc/passwd.txt", b"C:\\Windows\\a.txt", b"\xff\xfe.txt", b"a\xe2\x80\xaetxt.exe.txt",
    b"<script>alert(1)</script>.txt", b"a;b=c.txt", b"%00%0d%0a.txt", b"a" * 5000 + b".txt",
    "Zoë 日本.txt".encode(), b".txt.txt", b" .. .txt",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda v: repr(v)[:30])
def test_a_hostile_file_name_is_made_harmless(form, visitor, name):
    code = post_multipart(visitor, form, TEXT, a_file(name))

    assert shows_no_traceback(visitor)
    if code != 200:
        assert is_refused(visitor, form, code)
        return
    stored = rows(form)[0]["file"]["filename"]
    assert stored.isprintable() and len(stored) <= 150
    assert not set(stored) & set('/\\<>:"|?*')


def test_a_text_cannot_be_sent_as_a_file(form, visitor):
    code = post_multipart(visitor, form, ('name="field.text"; filename="a.txt"', b"x"))

    assert is_refused(visitor, form, code)


def test_nothing_that_somebody_wrote_runs_as_a_script(functional, visitor):
    option = {"value": "v<script>", "title": SCRIPT}
    every = {"title": SCRIPT, "help": SCRIPT}
    fields = [
        field("text", pattern="x", pattern_message=SCRIPT, placeholder=SCRIPT) | every,
        field("text", "a", default=SCRIPT) | every,
        field("long_text", default=f"</textarea>{SCRIPT}") | every,
        field("email") | every,
        field("yes_no") | every,
        field("one_of", options=[option]) | every,
        field("one_of", "b", options=[option], appearance="select") | every,
        field("many_of", options=[option]) | every,
        field("many_of", "c", options=[option], appearance="select") | every,
        field("file") | every,
        field("static_text", text=f"{SCRIPT}\n\n${{1/0}} <?python x?>") | every,
        field("hidden", default=SCRIPT) | every,
    ]
    data = definition(*fields)
    data["fieldsets"][0] |= {"title": SCRIPT, "description": SCRIPT}
    form = make_form(
        functional["portal"], data, hoard_submit_label=SCRIPT, description=SCRIPT
    )
    form.title = SCRIPT
    form.hoard_thanks = RichTextValue(SCRIPT, "text/html", "text/x-html-safe")
    transaction.commit()
    editor = manager(functional)

    visitor.open(form.absolute_url())
    pages = [contents(visitor)]
    for part in (f"?field.text={quote(SCRIPT)}", "/@@hoard-thanks"):
        visitor.open(form.absolute_url() + part)
        pages.append(contents(visitor))
    post(visitor, form, ("field.text", SCRIPT), (f"field.{SCRIPT}", SCRIPT))
    pages.append(contents(visitor))
    ids = [f["id"] for f in fields]
    for part in (
        "s",
        "?id=x",
        "-remove?id=text",
        "set?id=main",
        *(f"?id={id}" for id in ids),
    ):
        editor.open(f"{form.absolute_url()}/@@hoard-field{part}")
        pages.append(contents(editor))

    for page in pages:
        assert "<script>alert" not in page
        soup = BeautifulSoup(page, "html.parser")
        assert not [s for s in soup.find_all("script") if "alert(1)" in s.get_text()]
        assert not soup.find_all(onerror=True)


def test_a_page_cannot_be_asked_to_say_what_it_should_not(form, visitor):
    for part in (
        "/@@hoard-form/form_body", "/@@hoard-form/definition", "/@@hoard-form/context",
        "/@@hoard-form/__class__", "/@@hoard-form/token", "/@@hoard-thanks/template",
        "/hoard_definition", "/@@hoard-state/x",
    ):  # fmt: skip
        visitor.open(form.absolute_url() + part)
        assert status(visitor) in (400, 401, 403, 404) or "login" in visitor.url, part
        assert shows_no_traceback(visitor)


def test_a_double_click_of_two_at_once_stores_once(server):
    form = make_form(server["portal"], definition(field("text")))
    host, port = server["host"], server["port"]
    url = form.absolute_url().replace("http://nohost", f"http://{host}:{port}")
    body = urlencoded([("field.text", "x"), ("token", token(form))]).encode()

    def send(_):
        try:
            with urlopen(Request(f"{url}/@@hoard-form", body)) as answer:
                return answer.status, answer.url
        except HTTPError as error:
            return error.code, error.url

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))

    assert {code for code, _url in answers} == {200}
    assert all(url.endswith("@@hoard-thanks") for _code, url in answers)
    assert rows(form) == [{"text": "x"}]
    assert len(find_ledger(form)) == 1
