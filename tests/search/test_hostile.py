"""Whatever somebody puts into a parameter: no error, and nothing he may not read.

Against every back end, with the parameters of an address as the way in.
"""

from collective.hoard.search.asked import read
from collective.hoard.search.interfaces import BadCursor
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
import base64
import json
import pytest


SECRET = "secret"
HOSTILE = [
    "{!term f=uid_s v=secret}",
    "{!lucene}uid_s:secret",
    "{!func}1",
    "{!join from=id to=id}*:*",
    "{!xmlparser v=\"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/'><a/>\"}",
    "{!parent which=*:*}",
    "{!edismax qf=uid_s^100 v=$fq}",
    '_query_:"{!term f=uid_s v=secret}"',
    "_val_:1",
    "*:*",
    "*",
    "?",
    "a*b?c~0.5^1000",
    "secret^99999999999999",
    "OR",
    "x OR uid_s:secret",
    ") OR (*:*",
    "NOT x",
    '&& || ! ( ) { } [ ] ^ " ~ * ? : \\ /',
    "[* TO *]",
    "{a TO b}",
    "/.*/",
    "uid_s:secret",
    "f_name_w:alpha",
    "_readers:Anonymous",
    "name:..",
    "age:*..*",
    "age:[1 TO 5]",
    "age:1..{!x}",
    "moment:0000-00-00..9999-99-99",
    "day:9999-12..",
    "(" * 10_000,
    ")" * 10_000,
    '"' * 1_001,
    "-" * 5_000,
    "a " * 5_000,
    "a* " * 500,
    "\x00\x01\x1f\x7f\x1b",
    "alpha\x00\x1f\x1eomega",
    "\ud800\udfff",
    "\ufffe\uffff\u202e\u200b",
    "\u0130\u0131ſKﬀẞ",
    "e" + "\u0301" * 5_000,
    "$p0 ${jndi:ldap://127.0.0.1/a} #{1+1} %00 %7B!",
    "fq=*:*&rows=100000&qt=/admin&core=other&stream.url=file:///etc/passwd",
    "<script>alert(1)</script>",
    "9" * 5_000,
    "-0",
    "1e999999999",
    "NaN",
    "Infinity",
]
NAMES = [
    "text",
    "f.name",
    "f.age",
    "f.colour",
    "f.agreed",
    "from.age",
    "to.age",
    "from.moment",
    "to.day",
    "from.price",
    "since",
    "until",
    "month",
    "sort",
    "facet",
    "form",
    "size",
    "cursor",
    "f.uid_s",
    "f.{!x}",
    "fq",
    "qt",
    "core",
    "rows",
    "q",
    "json.facet",
]


@pytest.fixture
def rows(store):
    store.add(
        {"name": "alpha omega", "age": 5, "colour": "r", "agreed": True},
        {"name": "beta"},
    )
    store.add({"name": "alpha secret", "age": 5, "colour": "r"}, uid=SECRET)
    store.asked = set()
    return store


def attack(store, params):
    """Ask as the server does for somebody who may read just the one form."""
    fields = store.collections["form"].fields
    asked = read(params, fields)
    scope = store.scope("form")
    size = asked.size
    # What is ignored leaves the same question: to ask it again proves nothing.
    question = asked.query, size, asked.cursor
    if question in store.asked:
        return
    store.asked.add(question)
    try:
        found = store.backend.search(asked.query, scope, size, asked.cursor)
    except BadCursor:
        found = store.backend.search(asked.query, scope, size)
    assert {hit.uid for hit in found.hits} <= {"form"}
    assert (found.total or 0) <= 2
    for pairs in found.facets.values():
        assert sum(count for _text, count in pairs) <= 4
    assert {hit.uid for hit in store.backend.stream(asked.query, scope)} <= {"form"}


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_breaks_it_or_reads_more(rows, name):
    for text in HOSTILE:
        attack(rows, {name: text})
        attack(rows, {name: [text, text]})
        attack(rows, {"text": "alpha", "facet": ["colour", "_form"], name: text})


def encoded(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "place",
    [
        [None, 1, 'x" OR *:*'],
        ["sx] OR uid_s:secret", 1, "form"],
        ['s" TO *]', 1, "form"],
        ["s{!term}", 1, "form"],
        ["n2", 2**63 - 1, "form"],
        ["n2", 2**64, "form"],
        [None, -1, "form"],
        [None, True, "form"],
        [None, "1", "form"],
        [None, 1],
        [None, 1, "\x00"],
        {"a": 1},
        [[[[]]]],
        ["sé ü 東", 5, "form"],
        [5, 5, "form"],
    ],
)
@pytest.mark.parametrize("sort", ["", "name", "-age", "submitted"])
def test_no_cursor_breaks_it_or_reads_more(rows, place, sort):
    attack(rows, {"cursor": encoded(place), "sort": sort})


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    params=st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE)),
        max_size=5,
    )
)
def test_nothing_somebody_can_think_of_breaks_it(rows, params):
    attack(rows, params)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(alphabet='ab*"-: .()\\東é\u0308{!}^~?/', max_size=30))
def test_all_back_ends_agree_with_the_scan(rows, text):
    from collective.hoard.search.scan import Scan

    asked = read({"text": text}, rows.collections["form"].fields)
    scan, scope = Scan(rows.collections), rows.scope("form")

    found = rows.backend.search(asked.query, scope)

    assert found.hits == scan.search(asked.query, scope).hits
