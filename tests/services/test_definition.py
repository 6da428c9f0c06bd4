"""GET and PUT of the definition."""

from collective.hoard.forms.behavior import stored_definition
from collective.hoard.forms.keeping import fingerprint
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import CONTACT
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import ROLES
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_PASSWORD
import json
import pytest
import requests
import transaction


DESIGNERS = {"Editor", "Owner", "Site Administrator", "Manager"}
MANAGER = (SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


@pytest.fixture
def form(server):
    found = make_form()
    transaction.commit()
    return found


@pytest.fixture
def call(form):
    """Send a request to ``@definition``; as a manager if nothing else is said."""

    def call(method, body=None, auth=MANAGER, **headers):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        headers = {"Accept": "application/json", **headers}
        url = f"{form.absolute_url()}/@definition"
        return requests.request(
            method, url, data=body, auth=auth, headers=headers, timeout=30
        )

    return call


def stored(form):
    transaction.begin()
    return stored_definition(form)


EVERYTHING = definition(
    field("name", title="Ünï <b>“x”</b> \u2028", required=True, max_length=3),
    field("many", "many_of", options=[{"value": "1", "title": "One"}, {"value": "2"}]),
    field("n", "integer", min=-5, max=10**15),
    field("d", "decimal", min=0.1, default=0.5),
    field("f", "file", extensions=["pdf"], max_size=10),
    field("t", "static_text", text="Read <i>this</i>"),
)


def test_put_and_get_are_the_same(call, form):
    put = call("PUT", EVERYTHING)
    got = call("GET")

    assert put.status_code == 204, put.text
    assert got.status_code == 200
    assert got.json() == EVERYTHING
    assert got.headers["Content-Type"].startswith("application/json")


def test_every_wrong_part_is_named(call, form):
    wrong = definition(
        field("name", kind="hologram"), field("Bad Id"), field("n", colour="red")
    )

    answer = call("PUT", wrong)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["type"] == "DefinitionError"
    assert error["message"]
    assert [problem["path"] for problem in error["problems"]] == [
        "fieldsets[0].fields[0].kind",
        "fieldsets[0].fields[1].id",
        "fieldsets[0].fields[2].colour",
    ]
    assert all(problem["message"] for problem in error["problems"])
    assert stored(form) == CONTACT


def test_only_the_one_that_was_read_is_replaced(call, form):
    tag = call("GET").headers["ETag"]
    assert call("PUT", EVERYTHING, **{"If-Match": tag}).status_code == 204

    stale = call("PUT", CONTACT, **{"If-Match": tag})

    assert stale.status_code == 412
    assert stale.json()["error"]["type"] == "PreconditionFailed"
    assert stored(form) == EVERYTHING


def test_the_new_tag_comes_with_the_answer(call, form):
    tag = call("PUT", EVERYTHING).headers["ETag"]

    transaction.begin()
    assert tag == f'"{fingerprint(form)}"'
    assert call("PUT", CONTACT, **{"If-Match": f"W/{tag}"}).status_code == 204


def deep(levels):
    return '{"version": 1, "fieldsets": ' + "[" * levels + "]" * levels + "}"


HOSTILE = {
    "empty": b"",
    "not JSON": b"{",
    "an array": b"[]",
    "a number": b"7",
    "null": b"null",
    "not UTF-8": b'{"version": "\xff\xfe"}',
    "NaN": b'{"version": NaN, "fieldsets": []}',
    "infinity": b'{"version": 1, "fieldsets": [], "x": -Infinity}',
    "a huge number": b'{"version": ' + b"9" * 5000 + b"}",
    "a big exponent": b'{"version": 1e999}',
    "deep": deep(500).encode(),
    "very deep": deep(200_000).encode(),
    "half a surrogate pair": json.dumps(
        definition(field("a", title="\ud800"))
    ).encode(),
    "a newer version": b'{"version": 99, "fieldsets": []}',
    "no version": b'{"fieldsets": []}',
    "version as text": b'{"version": "1", "fieldsets": []}',
    "10,000 fields": json.dumps(
        definition(*(field(f"f{n}") for n in range(10_000)))
    ).encode(),
    "10,000 fieldsets": json.dumps({"version": 1, "fieldsets": [{}] * 10_000}).encode(),
    "a pattern that is none": json.dumps(definition(field("a", pattern="(["))).encode(),
    "the same id twice": json.dumps(definition(field("a"), field("a"))).encode(),
    "wrong types everywhere": json.dumps(
        {
            "version": 1,
            "fieldsets": [
                7,
                None,
                {"id": [], "title": {}, "fields": [[], 7, None, {"id": 1, "kind": []}]},
            ],
        }
    ).encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_malformed(call, form, body):
    answer = call("PUT", body)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]
    assert "Traceback" not in answer.text and "traceback" not in answer.text
    assert stored(form) == CONTACT


def test_too_large(call, form):
    answer = call("PUT", b'{"x": "' + b"x" * 12_000_100 + b'"}')

    assert answer.status_code == 413
    assert stored(form) == CONTACT


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded"]
)
def test_only_json(call, form, media_type):
    answer = call("PUT", EVERYTHING, **{"Content-Type": media_type})

    assert answer.status_code == 415
    assert stored(form) == CONTACT


def test_a_definition_from_a_newer_version_is_given_as_it_is(call, form):
    form.hoard_definition = {"version": 99, "shape": [1, 2]}
    transaction.commit()

    assert call("GET").json() == {"version": 99, "shape": [1, 2]}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_matrix(call, form, role, method):
    auth = None
    if role != "Anonymous":
        auth = (add_user(form, role), TEST_USER_PASSWORD)
        transaction.commit()

    answer = call(method, EVERYTHING if method == "PUT" else None, auth=auth)

    if role in DESIGNERS:
        assert answer.status_code in (200, 204)
    else:
        assert answer.status_code == 401
        assert stored(form) == CONTACT
        assert "Your name" not in answer.text
