"""Sending, listing, reading and deleting submissions as JSON."""

from base64 import b64encode
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.keeping import set_definition
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import add_user
from collective.hoard.testing.samples import CONTACT
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import ROLES
from datetime import datetime
from datetime import UTC
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.app.testing import TEST_USER_PASSWORD
from zope.component import getGlobalSiteManager
from ZPublisher.interfaces import IPubBeforeCommit
import json
import pytest
import requests
import transaction


READERS = {"Editor", "Owner", "Site Administrator", "Manager"}
DELETERS = {"Owner", "Site Administrator", "Manager"}
CHANGERS = DELETERS
MANAGER = (SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


@pytest.fixture
def form(server):
    found = make_form()
    transaction.commit()
    return found


@pytest.fixture
def call(form):
    """Send a request to ``@submissions`` of the form, anonymously if not said."""

    def call(method, below="", body=None, auth=None, **headers):
        transaction.commit()
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        headers = {"Accept": "application/json", **headers}
        url = f"{form.absolute_url()}/@submissions{below}"
        return requests.request(
            method, url, data=body, auth=auth, headers=headers, timeout=60
        )

    return call


def values(**values):
    return {"values": values}


def rows(form):
    transaction.begin()
    return list(find_ledger(form).iter_rows())


def user(form, role):
    if role == "Anonymous":
        return None
    name = add_user(form, role)
    transaction.commit()
    return (name, TEST_USER_PASSWORD)


# POST


def test_anybody_can_send(call, form):
    answer = call("POST", body=values(name="Jö", agreed=True))

    (row,) = rows(form)
    assert answer.status_code == 201
    assert answer.json() == {"id": str(row.key)}
    assert "Location" not in answer.headers
    assert row.values == {"name": "Jö", "agreed": True}
    assert row.user_id is None


def test_receivers_are_told_where_it_is(call, form):
    answer = call("POST", body=values(name="Jo"), auth=MANAGER)

    (row,) = rows(form)
    url = f"{form.absolute_url()}/@submissions/{row.key}"
    assert answer.headers["Location"] == url
    assert answer.json() == {"id": str(row.key), "@id": url}
    assert row.user_id == SITE_OWNER_NAME


def test_the_rules_of_the_form_hold(call, form):
    data = definition(
        field("name", required=True),
        field("age", "integer", min=18),
        field("mail", "email"),
    )
    set_definition(form, data)

    answer = call("POST", body=values(age=7, mail="nobody", colour="red"))

    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert set(errors) == {"", "name", "age", "mail"}
    assert errors["name"] == "Please fill in this field."
    assert errors["age"] == "The number must be at least 18."
    assert rows(form) == []


def test_files_in_and_out(call, form):
    content = bytes(range(256)) * 100
    sent = {"filename": "../ä.pdf", "data": b64encode(content).decode()}

    answer = call("POST", body=values(paper=sent), auth=MANAGER)
    found = requests.get(
        answer.json()["@id"], auth=MANAGER, headers={"Accept": "application/json"}
    ).json()["values"]["paper"]
    file = requests.get(found["download"], auth=MANAGER)

    assert (found["filename"], found["size"]) == ("ä.pdf", len(content))
    assert found["content_type"] == "application/pdf"
    assert file.content == content


def test_files_too_large_for_the_field(call, form):
    set_definition(form, definition(field("paper", "file", max_size=1)))
    sent = {"filename": "a.pdf", "data": b64encode(b"x" * 2000).decode()}

    answer = call("POST", body=values(paper=sent))

    assert answer.status_code == 400
    assert "1 kB are allowed" in answer.json()["errors"]["paper"]
    assert rows(form) == []


def test_bodies_too_large_for_the_form(call, form, server):
    server["portal"].portal_registry["collective.hoard.file_size"] = 10
    answer = call("POST", body=values(name="x" * 3_000_000))

    assert answer.status_code == 413
    assert rows(form) == []


def test_a_form_without_fields(call, form):
    set_definition(form, {"version": 1, "fieldsets": []})

    answer = call("POST", body=values())

    assert answer.status_code == 400
    assert "no fields yet" in answer.json()["errors"][""]


def test_a_definition_from_a_newer_version(call, form):
    form.hoard_definition = {"version": 99, "shape": "?"}

    answer = call("POST", body=values(name="Jo"))

    assert answer.status_code == 409
    assert "newer version" in answer.json()["error"]["message"]


MALFORMED = {
    "empty": b"",
    "not JSON": b"{values",
    "an array": b"[]",
    "text": b'"values"',
    "null": b"null",
    "no values": b"{}",
    "values null": b'{"values": null}',
    "values an array": b'{"values": [["name", "x"]]}',
    "more than values": b'{"values": {}, "user": "admin"}',
    "not UTF-8": b'{"values": {"name": "\xff"}}',
    "UTF-16": '{"values": {"name": "x"}}'.encode("utf-16"),
    "NaN": b'{"values": {"name": NaN}}',
    "infinity": b'{"values": {"name": Infinity}}',
    "a huge integer": b'{"values": {"name": ' + b"9" * 5000 + b"}}",
    "deep": b'{"values": {"name": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "10,000 fields": json.dumps({"values": {f"f{n}": "x" for n in range(10_000)}}),
    "an id of 10,000 letters": json.dumps({"values": {"x" * 10_000: "x"}}),
    "half a surrogate in an id": b'{"values": {"\\ud800": "x"}}',
    "an id of ours": b'{"values": {"_s": "1"}}',
    "markup in an id": b'{"values": {"<script>alert(1)</script>": "x"}}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_malformed(call, form, body):
    answer = call("POST", body=body, auth=MANAGER)

    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert set(answer.json()) <= {"error", "errors"}
    assert len(answer.text) < 2_000
    assert "raceback" not in answer.text
    assert rows(form) == []


VALUES = [
    7,
    1.5,
    10**30,
    True,
    [],
    ["x"],
    {"a": 1},
    [[["x"]]],
    {"filename": "a.pdf"},
    {"filename": 7, "data": "eA=="},
    {"filename": "a.pdf", "data": "?"},
    {"filename": "a.pdf", "data": "ä"},
    {"filename": "a.pdf", "data": 7},
    {"filename": None, "data": None},
    "\ud800",
    "\x00",
    "x" * 20_000,
]
ALL_KINDS = [
    field("text"),
    field("long_text", "long_text"),
    field("email", "email"),
    field("url", "url"),
    field("integer", "integer"),
    field("decimal", "decimal"),
    field("yes_no", "yes_no"),
    field("one_of", "one_of", options=[{"value": "a"}]),
    field("many_of", "many_of", options=[{"value": "a"}]),
    field("date", "date"),
    field("date_time", "date_time"),
    field("file", "file"),
    field("hidden", "hidden"),
]


def test_wrong_values_for_every_kind(call, form):
    """Each is stored if it is good, or refused at its field: never a traceback."""
    set_definition(form, definition(*ALL_KINDS))
    for entry in ALL_KINDS:
        for value in VALUES:
            answer = call("POST", body=values(**{entry["id"]: value}), auth=MANAGER)

            assert answer.status_code in (201, 400), (entry, value, answer.text)
            if answer.status_code == 400:
                assert set(answer.json()["errors"]) == {entry["id"]}


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number(call, form, constant):
    set_definition(form, definition(field("n", "decimal")))

    answer = call(
        "POST", body='{"values": {"n": CONSTANT}}'.replace("CONSTANT", constant)
    )

    assert answer.status_code == 400
    assert "is not JSON" in answer.json()["error"]["message"]


@pytest.mark.parametrize("value", [1e400, -1e400])
def test_numbers_beyond_all_bounds(call, form, value):
    set_definition(form, definition(field("n", "decimal")))
    body = '{"values": {"n": %s}}' % ("1e400" if value > 0 else "-1e400")

    assert call("POST", body=body).status_code == 400


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/x", ""]
)
def test_only_json(call, form, media_type):
    headers = {"Content-Type": media_type}

    answer = call("POST", body=values(name="Jo"), auth=MANAGER, **headers)

    assert answer.status_code == 415
    assert rows(form) == []


# GET


def test_nothing_yet(call, form):
    answer = call("GET", auth=MANAGER)

    url = f"{form.absolute_url()}/@submissions"
    nothing = {"@id": url, "items": [], "items_total": 0, "links": {}}
    assert answer.json() == nothing
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_through_all(call, form):
    keys = add_rows(form, 45)

    seen, page = [], call("GET", "?size=20", auth=MANAGER).json()
    while True:
        assert page["items_total"] == 45
        seen += [item["id"] for item in page["items"]]
        if "next" not in page["links"]:
            break
        headers = {"Accept": "application/json"}
        page = requests.get(page["links"]["next"], auth=MANAGER, headers=headers).json()

    assert seen == [str(key) for key in reversed(keys)]
    previous = requests.get(page["links"]["previous"], auth=MANAGER, headers=headers)
    assert [item["id"] for item in previous.json()["items"]] == seen[20:40]


def test_a_span_of_time(call, form):
    for day in (1, 2, 3, 4):
        add_row(form, {"name": f"day {day}"}, datetime(2026, 3, day, 12, tzinfo=UTC))

    query = "?since=2026-03-02&until=2026-03-03T12:00:00Z"
    page = call("GET", query, auth=MANAGER).json()

    # A date is the whole day, a moment is a moment, and not included at the end.
    assert [item["values"]["name"] for item in page["items"]] == ["day 2"]
    assert page["links"] == {}


def test_one(call, form):
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    key = add_row(form, {"name": "<b>Jo</b>"}, moment, user_id="ed")

    item = call("GET", f"/{key}", auth=MANAGER).json()

    assert item == {
        "@id": f"{form.absolute_url()}/@submissions/{key}",
        "id": str(key),
        "submitted": "2026-03-01T12:00:00.000+00:00",
        "user": "ed",
        "schema": 1,
        "revision": 0,
        "values": {"name": "<b>Jo</b>"},
    }


NO_KEYS = ["1", "-1", "0", "abc", "9" * 19, "9" * 100, "1.0", "%00", "%C3%A4", "1/2"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
@pytest.mark.parametrize("key", NO_KEYS)
def test_unknown_ids(call, form, method, key):
    add_rows(form, 1)

    answer = call(method, f"/{key}", auth=MANAGER)

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "NotFound"
    assert "raceback" not in answer.text
    assert len(rows(form)) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_the_id_of_another_form(call, form, method):
    other = make_form("other")
    key = add_row(other, {"name": "secret"})

    answer = call(method, f"/{key}", auth=MANAGER)

    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert len(rows(other)) == 1


@pytest.mark.parametrize("name", ["before", "after", "size", "since", "until"])
@pytest.mark.parametrize("value", ["-1", "9" * 30, "abc", "%FF", "%00", "1e3"])
def test_wrong_parameters_are_named(call, form, name, value):
    answer = call("GET", f"?{name}={value}", auth=MANAGER)

    assert answer.status_code == 400
    (problem,) = answer.json()["error"]["problems"]
    assert problem["path"] == name and problem["message"]


def test_a_ledger_from_a_newer_version(call, form):
    find_ledger(form)._storage["version"] = 99

    answer = call("GET", auth=MANAGER)

    assert answer.status_code == 409
    assert "newer version" in answer.json()["error"]["message"]


# DELETE


def test_delete_one(call, form):
    keys = add_rows(form, 2)

    answer = call("DELETE", f"/{keys[0]}", auth=MANAGER)

    assert (answer.status_code, answer.text) == (204, "")
    assert [row.key for row in rows(form)] == keys[1:]
    assert call("DELETE", f"/{keys[0]}", auth=MANAGER).status_code == 404


def test_the_list_cannot_be_deleted(call, form):
    add_rows(form, 2)

    assert call("DELETE", auth=MANAGER).status_code == 404
    assert len(rows(form)) == 2


# PATCH


def patch(revision=0, **values):
    return {"values": values, "revision": revision}


def test_only_given_fields_change(call, form):
    paper = a_file()
    key = add_row(form, {"name": "Jo", "message": "m", "agreed": True, "paper": paper})

    answer = call("PATCH", f"/{key}", patch(name="Jö", message=None), auth=MANAGER)

    (row,) = rows(form)
    url = f"{form.absolute_url()}/@submissions/{key}"
    assert answer.status_code == 200
    assert answer.json() == {"@id": url, "id": str(key), "revision": 1}
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert row.values.pop("paper")["filename"] == "paper.pdf"
    assert row.values == {"name": "Jö", "message": None, "agreed": True}
    (change,) = find_ledger(form).history(key)
    assert change.user_id == SITE_OWNER_NAME


def test_nothing_differs(call, form):
    key = add_row(form, {"name": "Jo"})

    answer = call("PATCH", f"/{key}", patch(name="Jo"), auth=MANAGER)

    assert answer.json()["revision"] == 0
    assert find_ledger(form).history(key) == ()


def test_another_file(call, form):
    key = add_row(form, {"paper": a_file()})
    new = {"filename": "new.pdf", "data": b64encode(b"new").decode()}

    answer = call("PATCH", f"/{key}", patch(paper=new), auth=MANAGER)

    (row,) = rows(form)
    assert answer.status_code == 200
    assert row.values["paper"]["filename"] == "new.pdf"


def test_somebody_else_was_quicker(call, form):
    key = add_row(form, {"name": "Jo", "paper": a_file()})
    find_ledger(form).change(
        key, {"name": "theirs", "paper": None}, revision=0, user_id="ed"
    )

    answer = call("PATCH", f"/{key}", patch(name="mine"), auth=MANAGER)

    found = answer.json()
    assert answer.status_code == 409
    assert found["error"]["type"] == "StaleRevision" and found["error"]["message"]
    assert found["revision"] == 1
    assert found["last"].pop("time").endswith("+00:00")
    assert found["last"]["before"].pop("paper")["filename"] == "paper.pdf"
    assert found["last"] == {
        "user": "ed",
        "revision": 1,
        "before": {"name": "Jo"},
        "after": {"name": "theirs", "paper": None},
    }
    assert rows(form)[0].values["name"] == "theirs"


def test_a_revision_that_is_still_to_come(call, form):
    key = add_row(form, {"name": "Jo"})

    answer = call("PATCH", f"/{key}", patch(7, name="mine"), auth=MANAGER)

    assert answer.status_code == 409
    assert (answer.json()["revision"], answer.json()["last"]) == (0, None)
    assert rows(form)[0].revision == 0


def test_the_rules_hold_for_corrections(call, form):
    set_definition(
        form, definition(field("name", required=True), field("n", "integer"))
    )
    key = add_row(form, {"name": "Jo", "message": "of a removed field"})
    wrong = patch(name=None, n="x", message="y", _r="9")

    answer = call("PATCH", f"/{key}", wrong, auth=MANAGER)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"", "name", "n"}
    assert rows(form)[0].revision == 0


WRONG_SHAPES = {
    **MALFORMED,
    "no revision": b'{"values": {"name": "x"}}',
    "no values": b'{"revision": 0}',
    "a third entry": b'{"values": {"name": "x"}, "revision": 0, "user": "x"}',
    "values as a list": b'{"values": ["name"], "revision": 0}',
    **{
        f"revision {wrong}": b'{"values": {"name": "x"}, "revision": %s}' % wrong
        for wrong in (b'"0"', b"-1", b"0.0", b"null", b"true", b"[0]", b"1e999")
    },
}


@pytest.mark.parametrize("body", WRONG_SHAPES.values(), ids=WRONG_SHAPES)
def test_malformed_corrections(call, form, body):
    key = add_row(form, {"name": "Jo"})

    answer = call("PATCH", f"/{key}", body, auth=MANAGER)

    assert answer.status_code == 400, answer.text
    assert len(answer.text) < 2_000
    assert "raceback" not in answer.text
    assert rows(form)[0].revision == 0


def test_the_list_cannot_be_corrected(call, form):
    add_row(form, {"name": "Jo"})

    assert call("PATCH", "", patch(name="x"), auth=MANAGER).status_code == 404
    assert rows(form)[0].revision == 0


def test_corrections_with_a_definition_from_a_newer_version(call, form):
    key = add_row(form, {"name": "Jo"})
    form.hoard_definition = {"version": 99, "shape": "?"}

    answer = call("PATCH", f"/{key}", patch(name="x"), auth=MANAGER)

    assert answer.status_code == 409
    assert answer.json()["error"]["type"] == "NewerVersion"


# Who may do what


@pytest.mark.parametrize("role", ROLES)
def test_matrix_of_correcting(call, form, role):
    key = add_row(form, {"name": "secret"})
    auth = user(form, role)

    answer = call("PATCH", f"/{key}", patch(name="x"), auth=auth)
    stale = call("PATCH", f"/{key}", patch(name="y"), auth=auth)

    allowed = role in CHANGERS
    assert answer.status_code == (200 if allowed else 401)
    assert stale.status_code == (409 if allowed else 401)
    assert ("secret" in stale.text) is allowed
    assert rows(form)[0].revision == (1 if allowed else 0)


def test_who_may_not_read_cannot_correct(call, form):
    from AccessControl.Permission import Permission

    Permission("collective.hoard: View Submissions", (), form).setRoles(("Manager",))
    key = add_row(form, {"name": "secret"})
    auth = user(form, "Owner")

    assert call("PATCH", f"/{key}", patch(name="x"), auth=auth).status_code == 401
    assert rows(form)[0].revision == 0


@pytest.mark.parametrize("role", ROLES)
def test_matrix_of_reading(call, form, role):
    key = add_row(form, {"name": "secret", "paper": a_file()})
    auth = user(form, role)

    for below in ("", f"/{key}", "/1"):
        answer = call("GET", below, auth=auth)
        if role in READERS:
            assert answer.status_code == (404 if below == "/1" else 200)
        else:
            assert answer.status_code == 401
            assert "secret" not in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_matrix_of_deleting(call, form, role):
    key = add_row(form, {"name": "x"})
    auth = user(form, role)

    answer = call("DELETE", f"/{key}", auth=auth)

    assert answer.status_code == (204 if role in DELETERS else 401)
    assert len(rows(form)) == (0 if role in DELETERS else 1)


@pytest.mark.parametrize("role", ROLES)
def test_matrix_of_sending(call, form, role):
    auth = user(form, role)

    answer = call("POST", body=values(name="Jo"), auth=auth)

    assert answer.status_code == 201
    assert ("Location" in answer.headers) is (role in READERS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", ["View", "collective.hoard: Submit Form"])
def test_matrix_of_sending_a_closed_form(call, form, role, permission, server):
    from AccessControl.Permission import Permission

    Permission(permission, (), form).setRoles(("Manager", "Owner"))
    auth = user(form, role)

    answer = call("POST", body=values(name="Jo"), auth=auth)

    allowed = role in ("Manager", "Owner")
    assert answer.status_code == (201 if allowed else 401)
    assert len(rows(form)) == (1 if allowed else 0)


@pytest.mark.parametrize("below", ["", "/{key}", "?size=-1", "/1"])
@pytest.mark.parametrize("role", ["Anonymous", "Manager"])
def test_reading_writes_nothing(call, form, server, below, role):
    key = add_row(form, {"name": "Jo"})
    title = "collective.hoard: View Submissions"
    server["portal"].manage_permission(title, ["Anonymous"], 1)
    seen = []

    def note(event):
        connections = event.request["PARENTS"][-1]._p_jar.connections.values()
        seen.extend(o for c in connections for o in c._registered_objects)

    auth = user(form, role)
    getGlobalSiteManager().registerHandler(note, (IPubBeforeCommit,))
    try:
        answer = call("GET", below.format(key=key), auth=auth)
    finally:
        getGlobalSiteManager().unregisterHandler(note, (IPubBeforeCommit,))

    assert answer.status_code in (200, 400, 404)
    assert seen == []


# Forged requests: what another web site can make a visitor's browser send.


@pytest.fixture
def manager_session(form, cookie_session):
    return cookie_session(user(form, "Manager")[0])


def token_of(session, form):
    url = f"{form.absolute_url()}/@@authenticator/token"
    return session.get(url, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize("token", [None, "", "forged", "0" * 40])
@pytest.mark.parametrize(
    "method,path",
    [
        ("POST", "@submissions"),
        ("DELETE", "@submissions/{key}"),
        ("PATCH", "@submissions/{key}"),
        ("PUT", "@definition"),
    ],
)
def test_a_cookie_alone_changes_nothing(form, manager_session, method, path, token):
    key = add_row(form, {"name": "x"})
    transaction.commit()
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["X-CSRF-TOKEN"] = token
    bodies = {
        "POST": {"values": {"name": "forged"}},
        "PATCH": {"values": {"name": "forged"}, "revision": 0},
        "PUT": {"version": 1, "fieldsets": []},
    }
    body = json.dumps(bodies.get(method))

    answer = manager_session.request(
        method,
        f"{form.absolute_url()}/{path.format(key=key)}",
        data=body,
        headers=headers,
    )

    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "Forbidden"
    assert [(row.key, row.revision) for row in rows(form)] == [(key, 0)]
    assert form.hoard_definition == CONTACT


def test_a_cookie_and_the_token(form, manager_session):
    key = add_row(form, {"name": "x"})
    transaction.commit()
    headers = {"X-CSRF-TOKEN": token_of(manager_session, form)}
    url = f"{form.absolute_url()}/@submissions"

    sent = manager_session.post(url, json=values(name="Jo"), headers=headers)
    changed = manager_session.patch(
        f"{url}/{key}", json={**values(name="y"), "revision": 0}, headers=headers
    )
    deleted = manager_session.delete(f"{url}/{key}", headers=headers)

    assert (sent.status_code, changed.status_code) == (201, 200)
    assert deleted.status_code == 204
    assert [row.values["name"] for row in rows(form)] == ["Jo"]


def test_a_form_of_another_site_with_remembered_basic_credentials(call, form):
    """A browser adds them by itself, but a form cannot send this media type."""
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": media_type, "Origin": "https://evil.example"}
        answer = call("POST", body=values(name="forged"), auth=MANAGER, **headers)
        assert answer.status_code == 415

    assert rows(form) == []


def test_no_preflight_is_granted(call, form):
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    answer = call("OPTIONS", **headers)

    assert "Access-Control-Allow-Origin" not in answer.headers
