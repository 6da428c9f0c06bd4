"""The export over the wire: streamed, complete, and leaving nothing behind."""

from collective.hoard.forms.export import csv_rows
from collective.hoard.forms.export import jsonl_rows
from collective.hoard.forms.keeping import find_ledger
from collective.hoard.forms.stream import LedgerStream
from collective.hoard.ledger import get_ledger
from collective.hoard.testing.samples import a_file
from collective.hoard.testing.samples import add_row
from collective.hoard.testing.samples import add_rows
from collective.hoard.testing.samples import browser
from collective.hoard.testing.samples import definition
from collective.hoard.testing.samples import field
from collective.hoard.testing.samples import make_form
from collective.hoard.testing.samples import status
from datetime import datetime
from datetime import UTC
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from zope.component.hooks import getSite
import base64
import csv
import http.client
import io
import json
import pytest
import time
import transaction


@pytest.fixture
def form(functional):
    found = make_form()
    transaction.commit()
    return found


@pytest.fixture
def manager(functional):
    return browser(functional["app"], SITE_OWNER_NAME, SITE_OWNER_PASSWORD)


def export(browser, form, query=""):
    transaction.commit()
    browser.open(f"{form.absolute_url()}/@@hoard-export{query}")
    return browser._response.body.decode("utf-8")


def lines(text, **options):
    return list(csv.reader(io.StringIO(text), **options))


def in_use(db):
    """How many connections are neither in the pool nor closed."""
    return len(db.pool.all) - len(list(db.pool.available))


def test_csv(form, manager):
    key = add_row(form, {"name": "Jo, “x”", "agreed": True, "message": "a\nb"})

    head, row = lines(export(manager, form))

    assert head[:4] == ["Submission", "Submitted", "User", "Your name"]
    assert row[0] == str(key)
    assert row[3:6] == ["Jo, “x”", "a\nb", "1"]


def test_formulas_are_neutralised(form, manager):
    for text in ('=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\t=1"):
        add_row(form, {"name": text, "message": text}, user_id="=cmd")

    rows = lines(export(manager, form))[1:]

    assert all(cell.startswith("'") for row in rows for cell in (row[2], row[3]))


def test_csv_for_spreadsheets(form, manager):
    add_row(form, {"name": "Jö"})

    text = export(manager, form, "?format=csv-excel")

    assert text.startswith("\ufeffSubmission;Submitted")
    assert lines(text[1:], delimiter=";")[1][3] == "Jö"


def test_json_lines(form, manager):
    key = add_row(form, {"name": "Jö\u2028", "agreed": False}, user_id="ed")

    (line,) = export(manager, form, "?format=jsonl").split("\n")[:-1]

    row = json.loads(line)
    assert row["id"] == str(key)
    assert row["user"] == "ed"
    assert row["values"] == {"name": "Jö\u2028", "agreed": False}


def test_headers(form, manager):
    add_row(form, {"name": "Jo"})
    export(manager, form, "?format=csv")

    headers = manager.headers
    assert headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    today = datetime.now(UTC).date()
    name = f'attachment; filename="contact-{today}.csv"'
    assert headers["Content-Disposition"].startswith(name)


def test_a_span_of_time(form, manager):
    for day in (1, 2, 3):
        add_row(form, {"name": f"day {day}"}, datetime(2026, 3, day, 12, tzinfo=UTC))

    rows = lines(export(manager, form, "?since=2026-03-02&until=2026-03-02"))[1:]

    assert [row[3] for row in rows] == ["day 2"]


def test_times_are_those_of_the_site_after_the_request_too(form, manager, functional):
    from collective.hoard.forms.keeping import set_definition

    set_definition(form, definition(field("when", "date_time", title="When")))
    functional["portal"].portal_registry["plone.portal_timezone"] = "Asia/Tokyo"
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    add_row(form, {"when": noon}, noon)

    row = lines(export(manager, form))[1]

    assert row[1] == "2026-03-01 21:00:00+09:00"
    assert "2026-03-01 21:00" in row


@pytest.mark.parametrize(
    "query",
    [
        "?format=xlsx",
        "?format=",
        "?format:list=csv",
        "?since=yesterday",
        "?until=2026-02-30",
        "?since.x:record=1",
        "?since=%FF",
    ],
)
def test_what_cannot_be_exported_is_said(form, manager, query):
    add_row(form, {"name": "Jo"})

    text = export(manager, form, query)

    assert status(manager) == 400
    assert "text/html" in manager.headers["Content-Type"]
    assert "Traceback" not in text
    assert "Back to the form" in text


# Through the server's own sockets and threads.


@pytest.fixture
def site(server):
    site = server["portal"]
    return site


def fetch(server, path):
    """An open response; the body is still to be read."""
    client = http.client.HTTPConnection(server["host"], server["port"], timeout=60)
    credentials = f"{SITE_OWNER_NAME}:{SITE_OWNER_PASSWORD}".encode()
    token = base64.b64encode(credentials).decode()
    client.request("GET", path, headers={"Authorization": f"Basic {token}"})
    return client, client.getresponse()


def fill(form, count):
    add_rows(form, count)
    transaction.commit()


def settled(db, expected):
    """Whether *db* comes to *expected* connections in use within a minute."""
    end = time.monotonic() + 60
    while in_use(db) != expected and time.monotonic() < end:
        time.sleep(0.02)
    return in_use(db) == expected


def test_five_thousand_rows_through_the_server(site, server):
    form = make_form()
    fill(form, 5_500)
    db = site._p_jar.db()
    before = in_use(db)

    client, response = fetch(server, "/plone/contact/@@hoard-export")
    assert response.getheader("Transfer-Encoding") == "chunked"
    rows = lines(response.read().decode())
    client.close()

    assert [row[3] for row in rows[1:]] == [f"visitor {n}" for n in range(5_500)]
    assert settled(db, before)
    assert len(db.connectionDebugInfo()) == len(db.pool.all)


def test_a_visitor_who_goes_away_leaves_no_connection(site, server):
    form = make_form()
    fill(form, 3_000)
    # More than the sockets of both sides hold, so that the server must wait.
    long_text = "x" * 10_000
    for _n in range(1_500):
        add_row(form, {"name": long_text})
    transaction.commit()
    db = site._p_jar.db()
    before = in_use(db)

    for _attempt in range(3):
        client, response = fetch(server, "/plone/contact/@@hoard-export")
        response.read(10)
        client.sock and client.sock.close()
        response.close()
        client.close()

    assert settled(db, before)


# Without a server: what the stream does with its connection.


def stream(form, write):
    return LedgerStream(getSite(), form.UID(), write)


def test_the_first_chunk_comes_before_the_rows_are_read(form):
    add_rows(form, 3)
    transaction.commit()
    read = []

    def write(ledger):
        yield "head\n"
        for row in ledger.iter_rows():
            read.append(row.key)
            yield "row\n"

    body = stream(form, write)

    assert next(body) == b"head\n"
    assert read == []
    assert list(body) == [b"row\n"] * 3


def test_no_connection_before_the_first_chunk(form):
    db = form._p_jar.db()
    before = in_use(db)

    body = stream(form, lambda ledger: iter(["x"]))

    assert in_use(db) == before
    body.close()
    assert list(body) == []
    assert in_use(db) == before


def failing(ledger):
    yield "x"
    raise RuntimeError("broken row")


@pytest.mark.parametrize("end", ["exhausted", "closed", "failed", "dropped"])
def test_the_connection_goes_back(form, end):
    db = form._p_jar.db()
    before = in_use(db)
    body = stream(form, failing if end == "failed" else lambda ledger: iter("abc"))

    next(body)
    assert in_use(db) == before + 1
    if end == "exhausted":
        list(body)
    elif end == "closed":
        body.close()
        body.close()
    elif end == "failed":
        with pytest.raises(RuntimeError):
            next(body)
    else:
        del body

    assert in_use(db) == before


def test_the_site_of_the_thread_is_left_alone(form):
    from zope.component.hooks import setSite

    inside = []

    def write(ledger):
        inside.append(getSite().getId())
        yield "x"

    body = stream(form, write)
    site = getSite()
    setSite(None)
    try:
        assert list(body) == [b"x"]
        assert getSite() is None
    finally:
        setSite(site)
    assert inside == ["plone"]


def test_memory_stays_flat(form):
    """What was passed is given back: the stream's connection holds few rows."""
    keys = add_rows(form, 3_000)
    transaction.commit()
    most = []

    def write(ledger):
        for n, row in enumerate(ledger.iter_rows()):
            if n % 100 == 0:
                most.append(ledger._storage._p_jar._cache.cache_non_ghost_count)
            yield str(row.key)

    chunks = list(stream(form, write))

    assert [int(chunk) for chunk in chunks] == keys
    assert max(most) < 600


@pytest.mark.parametrize("rows", [csv_rows, jsonl_rows])
def test_files_do_not_stay_in_memory_either(form, rows):
    for n in range(400):
        add_row(form, {"paper": a_file(b"x", f"{n}.pdf")})
    transaction.commit()
    db = form._p_jar.db()
    manager = transaction.TransactionManager()
    connection = db.open(transaction_manager=manager)
    ledger = get_ledger(connection.get(getSite()._p_oid), form.UID())
    len(ledger)
    before = connection._cache.cache_non_ghost_count

    assert "399.pdf" in "".join(rows(ledger))

    after = connection._cache.cache_non_ghost_count
    manager.abort()
    connection.close()
    assert after - before < 150


def test_rows_that_go_meanwhile_do_not_disturb(form):
    keys = add_rows(form, 500)
    transaction.commit()
    body = stream(form, lambda ledger: (f"{r.key}\n" for r in ledger.iter_rows()))
    first = next(body)

    find_ledger(form).remove(*keys[100:])
    transaction.commit()

    # The stream sees the database as it was when it began.
    assert len([first, *body]) == 500
