"""What people change: rights, tokens, words, and what the poller finds."""

from collective.hoard.monitoring.database import tables as t
from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.history import meta
from collective.hoard.watch import engines
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import shows_no_traceback
from forms.browsing import status
from forms.browsing import urlencoded
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from sqlalchemy import select
from sqlalchemy import update
import html
import json
import pytest
import re
import sqlite3
import transaction


@pytest.fixture
def ask(database):
    """``ask(query)`` -> rows of the database as they are now."""

    def ask(query):
        engine = open_engine(database)
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        engine.dispose()
        return rows

    return ask


def generation(ask):
    return ask(select(t.meta.c.value).where(t.meta.c.name == meta.GENERATION))[0][0]


def token(user):
    return re.search(r'name="_authenticator"\s+value="(\w+)"', contents(user))[1]


def post(user, address, *pairs, with_token=True):
    if with_token:
        user.open(address)
        pairs = [*pairs, ("_authenticator", token(user))]
    user.post(address.partition("?")[0], urlencoded(pairs))
    return html.unescape(contents(user))


NEW = (("kind", "https"), ("host", "new.example.org"), ("groups", "web, fresh"))


def test_a_check_is_added(user, url, ask):
    before = generation(ask)

    post(user, f"{url}hoard-check-edit", *NEW, ("params", '{"path": "/a"}'))

    assert status(user) == 200
    row = ask(select(t.check).where(t.check.c.host == "new.example.org"))[0]
    assert (row.kind, row.params, row.name) == (
        "https",
        {"path": "/a"},
        "https://new.example.org",
    )
    groups = ask(
        select(t.group.c.name)
        .join(t.group_member, t.group_member.c.group_id == t.group.c.id)
        .where(t.group_member.c.check_id == row.id)
    )
    assert {name for (name,) in groups} == {"web", "fresh"}
    assert generation(ask) > before


@pytest.mark.parametrize(
    "pasted,more,found",
    [
        (
            " https://www.example.org:8443/a?b=1 ",
            (),
            ("https", "www.example.org", 8443, {"path": "/a?b=1"}),
        ),
        ("http://www.example.org/", (), ("http", "www.example.org", None, {})),
        (
            "https://www.example.org/a",
            (("port", "444"), ("params", '{"path": "/b"}')),
            ("https", "www.example.org", 444, {"path": "/b"}),
        ),
    ],
)
def test_a_pasted_address_is_taken_apart(user, url, ask, pasted, more, found):
    post(
        user,
        f"{url}hoard-check-edit",
        ("kind", "https"),
        ("host", pasted),
        ("name", "pasted"),
        *more,
    )

    row = ask(select(t.check).where(t.check.c.name == "pasted"))[0]
    assert (row.kind, row.host, row.port, row.params) == found


@pytest.mark.parametrize("pasted", ["file:///etc/passwd", "https://a b/", "ftp://a/"])
def test_no_page_is_no_address(user, url, pasted):
    page = post(user, f"{url}hoard-check-edit", ("kind", "http"), ("host", pasted))

    assert status(user) == 422
    assert pasted in page
    assert shows_no_traceback(user)


@pytest.mark.parametrize(
    "pairs,words",
    [
        ((), "A check needs a name"),
        ((("host", "x"), ("port", "many")), "“Port” must be a whole number"),
        ((("host", "x"), ("params", "{")), "Parameters must be a JSON object"),
        ((("host", "x"), ("params", '{"nonsense": 1}')), "nonsense"),
        ((("name", "https://site-01.example.org"), ("host", "x")), "There is a check"),
        (
            (("host", "x"), ("interval", "1")),
            "“Every … seconds” must be a whole number from 5 to 2678400",
        ),
    ],
)
def test_a_wrong_check_is_refused_in_words(user, url, ask, pairs, words):
    before = generation(ask)

    page = post(user, f"{url}hoard-check-edit", ("kind", "https"), *pairs)

    assert status(user) == 422
    assert words in page
    assert shows_no_traceback(user)
    assert generation(ask) == before


def test_a_check_is_changed_and_keeps_its_history(user, url, ask, names):
    number = names["https://site-02.example.org"]

    post(
        user,
        f"{url}hoard-check-edit?id={number}",
        ("id", str(number)),
        ("kind", "https"),
        ("name", "renamed"),
        ("host", "other.example.org"),
        ("slot", "600"),
    )

    row = ask(select(t.check).where(t.check.c.id == number))[0]
    assert (row.name, row.host) == ("renamed", "other.example.org")
    assert ask(select(t.interval).where(t.interval.c.check_id == number))
    slots = ask(select(t.regime.c.slot).where(t.regime.c.check_id == number))
    assert [slot for (slot,) in slots] == [1800, 600]


def test_a_check_is_paused_resumed_and_removed(user, url, ask, names):
    number = names["https://site-02.example.org"]
    page = f"{url}hoard-check/{number}"

    post(user, page, ("pause", "1"))
    assert "Not monitored" in contents(user)
    post(user, page, ("resume", "1"))
    assert ask(select(t.check.c.enabled).where(t.check.c.id == number)) == [(True,)]
    post(
        user, f"{url}hoard-check-edit?id={number}", ("id", str(number)), ("remove", "1")
    )

    assert ask(select(t.check.c.removed).where(t.check.c.id == number))[0][0]
    assert "site-02" not in contents(user)


CHANGES = (
    ("hoard-check/4", ("acknowledge", "1")),
    ("hoard-check/4", ("pause", "1")),
    ("hoard-incidents/1", ("note", "1")),
    ("hoard-check-edit", ("host", "x")),
    ("hoard-maintenance", ("add", "1")),
    ("hoard-checks-import", ("text", "kind,host\nhttps,x")),
    ("hoard-rules-edit", ("text", '[[rule]]\nname = "x"\nexpression = "up(*)"')),
    ("hoard-rules-edit?kind=rule&name=front", ("remove", "1")),
)


@pytest.mark.parametrize("name,pair", CHANGES)
def test_nothing_is_changed_without_a_token(user, url, ask, name, pair):
    before = generation(ask), ask(select(t.ack)), ask(select(t.incident_note))

    post(user, f"{url}{name}", pair, with_token=False)

    assert status(user) == 403
    assert before == (generation(ask), ask(select(t.ack)), ask(select(t.incident_note)))


@pytest.mark.parametrize("name,pair", CHANGES)
def test_nothing_is_changed_without_the_right(site, url, ask, name, pair):
    site["portal"].manage_permission(
        "collective.hoard: View Monitoring", ["Member", "Manager"], acquire=False
    )
    transaction.commit()
    before = generation(ask), ask(select(t.ack))
    keeper = manager(site)
    keeper.open(f"{url}hoard-check/4")
    good = token(keeper)
    member = browser(site, TEST_USER_NAME, TEST_USER_PASSWORD)
    # To the log-in page, and from there back again.
    member.followRedirects = False
    member.post(f"{url}{name}", urlencoded([pair, ("_authenticator", good)]))

    assert before == (generation(ask), ask(select(t.ack)))


def test_somebody_takes_care_and_others_see_it(user, url, ask, names):
    number = names["https://site-03.example.org"]

    post(
        user,
        f"{url}hoard-check/{number}",
        ("acknowledge", "1"),
        ("text", "I restart it <b>now</b>"),
        ("hours", "4"),
    )

    assert "I restart it &lt;b&gt;now&lt;/b&gt;" in contents(user)
    row = ask(select(t.ack))[0]
    assert row.author == "admin"
    # The clock is read twice.
    assert 0 <= 4 * 3600 - (row.until - row.since) <= 5
    user.open(f"{url}hoard-monitoring")
    assert "taken care of" in contents(user)
    post(user, f"{url}hoard-check/{number}", ("withdraw", "1"))
    assert ask(select(t.ack.c.ended))[0][0]


def test_a_note_is_added_to_an_incident(user, url):
    post(
        user, f"{url}hoard-incidents/1", ("note", "1"), ("text", "Disk <i>replaced</i>")
    )

    assert "Disk &lt;i&gt;replaced&lt;/i&gt;" in contents(user)
    assert "admin" in contents(user)


def test_an_empty_note_is_refused(user, url):
    page = post(user, f"{url}hoard-incidents/1", ("note", "1"), ("text", "  "))

    assert "Write what you want to tell the others." in page


WINDOW = (
    ("add", "1"),
    ("title", "New disks"),
    ("since", "2030-01-01T10:00"),
    ("until", "2030-01-01T12:00"),
)


def test_a_window_is_added_for_a_group_and_ended(user, url, ask):
    post(user, f"{url}hoard-maintenance", *WINDOW, ("group", "web"))

    assert "New disks" in contents(user)
    spans = ask(select(t.maintenance_span))
    assert len(spans) == 10
    assert {s.until - s.since for s in spans} == {7200}
    number = ask(select(t.maintenance.c.id))[0][0]
    post(user, f"{url}hoard-maintenance", ("end", str(number)))
    assert ask(select(t.maintenance_span)) == []


@pytest.mark.parametrize(
    "pairs,words",
    [
        ((("title", ""),), "A window needs a title"),
        ((("until", "soon"),), "Give the beginning and the end"),
        ((("until", "9999-12-31T23:59"),), "Give the beginning and the end"),
        ((("since", "0001-01-01T00:00"),), "Give the beginning and the end"),
        ((("until", "2029-01-01T10:00"),), "ends before it begins"),
        ((("selector", "group:("),), "group"),
        ((("recurrence", "FREQ=SECONDLY"),), "at most hourly"),
        ((("selector", "group:wbe"),), "no check or group like this: group:wbe"),
        ((("selector", "nobody.example.org"),), "nobody.example.org"),
        ((("selector", "group:web or rule:nix"),), "like this: rule:nix"),
        ((("selector", "not group:wbe"),), "like this: group:wbe"),
        ((("selector", "tag:nothing"),), "fits no check"),
        ((("selector", "no*body"),), "fits no check"),
        (
            (("since", "2030-01-01T00:00"), ("until", "2030-01-21T00:00"))
            + (("recurrence", "FREQ=DAILY"),),
            "lasts longer than it takes until",
        ),
        ((("recurrence", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),), "never comes"),
    ],
)
def test_a_wrong_window_is_refused_in_words(user, url, ask, pairs, words):
    page = post(user, f"{url}hoard-maintenance", *dict([*WINDOW, *pairs]).items())

    assert status(user) == 422
    assert words in page
    assert ask(select(t.maintenance)) == []


TABLE = """name;title;kind;host;interval;groups;params
a;Site A;https;a.example.org;60;web,shops;
https://site-01.example.org;;https;site-01.example.org;300;;{"path": "/x"}
"""


def test_a_table_is_looked_at_before_it_is_imported(user, url, ask):
    page = post(user, f"{url}hoard-checks-import", ("text", TABLE))
    assert "1 would be added" in re.sub(r"<[^>]+>", "", page)
    assert ask(select(t.check).where(t.check.c.name == "a")) == []

    post(user, f"{url}hoard-checks-import", ("text", TABLE), ("confirm", "1"))

    row = ask(select(t.check).where(t.check.c.name == "a"))[0]
    assert (row.host, row.interval, row.title) == ("a.example.org", 60, "Site A")
    assert "1 checks were added, 1 changed." in contents(user)


@pytest.mark.parametrize(
    "text,words",
    [
        ("kind,host\nhttps,x\ncarrier pigeon,y\n", "kind must be one of"),
        ("kind,host,interval\nhttps,x,often\n", "interval must be a number"),
        ("kind,host,params\nhttps,x,{\n", "params must be a JSON object"),
        ("what,ever\n1,2\n", "The first line must name the columns"),
        ("", "Choose a file"),
        ("kind,host,reference\nhttps,x,maybe\n", "reference must be true or false"),
        ("kind,host\nhttps,x\nhttps,x\n", "twice"),
        ('kind,host\n"https,x', "kind must be"),
    ],
)
def test_a_wrong_table_names_its_lines(user, url, ask, text, words):
    before = generation(ask)

    page = post(user, f"{url}hoard-checks-import", ("text", text), ("confirm", "1"))

    assert words in page
    assert shows_no_traceback(user)
    assert generation(ask) == before


def test_a_writer_that_takes_too_long_is_not_waited_for(
    user, url, database, monkeypatch
):
    monkeypatch.setattr(engines, "PATIENCE", 300)
    user.open(f"{url}hoard-check-edit")
    good = token(user)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")

    user.post(f"{url}hoard-check-edit", urlencoded([*NEW, ("_authenticator", good)]))

    assert status(user) == 503
    assert "locked by another writer" in contents(user)
    connection.execute("ROLLBACK")
    assert connection.execute(
        "SELECT count(*) FROM check_ WHERE host = 'new.example.org'"
    ).fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.3"])
def test_a_manager_may_have_private_addresses_checked(user, url, ask, host):
    post(user, f"{url}hoard-check-edit", ("kind", "http"), ("host", host))

    assert status(user) == 200
    row = ask(select(t.check).where(t.check.c.host == host))[0]
    assert row.owner_group is None

    page = post(
        user,
        f"{url}hoard-check-edit?id={row.id}",
        ("id", str(row.id)),
        ("kind", "http"),
        ("host", host),
        ("title", "At home"),
    )
    assert status(user) == 200, page
    assert ask(select(t.check.c.title).where(t.check.c.id == row.id)) == [("At home",)]


@pytest.mark.parametrize(
    "kind,params",
    [
        ("exec", {"command": "check_disk", "arguments": ["-w", "10%"]}),
        ("https", {"headers": {"Authorization": "Bearer ${env:HOARD_TOKEN}"}}),
    ],
)
def test_commands_and_secrets_are_the_pollers_to_know(user, url, ask, kind, params):
    pairs = (("kind", kind), ("host", "x.org"), ("params", json.dumps(params)))

    page = post(user, f"{url}hoard-check-edit", *pairs)

    assert status(user) == 200, page
    assert ask(select(t.check.c.params).where(t.check.c.host == "x.org")) == [(params,)]


@pytest.mark.parametrize(
    "name,value,label",
    [
        ("interval", "99999999999999999999999", "Every … seconds"),
        ("interval", "1", "Every … seconds"),
        ("slot", "99999999999", "Slot in seconds"),
        ("fresh", "2678401", "A result holds for … seconds"),
        ("port", "65536", "Port"),
        ("timeout", "1e400", "Time-out in seconds"),
        ("title", "x" * 501, "Title"),
        ("groups", "x" * 300, "Groups"),
        ("m", "2", "belong to the policy"),
        ("quorum", "0", "So many sources must see it well"),
        ("policy", "average", "policy must be one of"),
        ("params", "[1]", "Parameters"),
        ("host", "no host", "is neither a host name"),
        ("params", '{"nonsense": 1}', "Unknown parameters"),
    ],
)
def test_what_is_wrong_stands_at_its_field(user, url, ask, name, value, label):
    before = generation(ask)
    pairs = {"kind": "https", "host": "x.org", name: value}

    page = post(user, f"{url}hoard-check-edit", *pairs.items())

    assert status(user) == 422
    field = re.search(rf'<(?:input|textarea|select)[^>]*\bname="{name}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert f"hoard-{name}-error" in re.search(r'aria-describedby="([^"]*)"', field)[1]
    error = re.search(rf'id="hoard-{name}-error".*?</div>', page, re.DOTALL)[0]
    assert label in error
    assert generation(ask) == before


def test_how_it_is_judged_is_shown_and_kept(user, url, ask, names):
    number = names["https://site-02.example.org"]
    asked = f"{url}hoard-check-edit?id={number}"
    pairs = [("id", str(number)), ("kind", "https"), ("host", "site-02.example.org")]
    judged = [("policy", "m of n"), ("m", "2"), ("n", "3"), ("reference", "1")]

    post(user, asked, *pairs, *judged)
    user.open(asked)

    page = contents(user)
    assert re.search(r'<option[^>]*value="m of n"[^>]*selected', page) or re.search(
        r'<option[^>]*selected[^>]*value="m of n"', page
    )
    for name, value in (("m", "2"), ("n", "3"), ("quorum", "")):
        field = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)[0]
        assert f'value="{value}"' in field
    assert "checked" in re.search(r'<input[^>]*\bname="reference"[^>]*>', page)[0]
    assert re.search(r"<details[^>]*\bopen", page)
    rule = select(t.regime).where(t.regime.c.check_id == number)
    newest = ask(rule.order_by(t.regime.c.since.desc()))[0]
    assert (newest.policy, newest.m, newest.n, newest.quorum) == ("m of n", 2, 3, None)


def test_a_usual_check_shows_no_rules(user, url, names):
    user.open(f"{url}hoard-check-edit?id={names['https://site-02.example.org']}")

    assert not re.search(r"<details[^>]*\bopen", contents(user))


def test_a_table_says_how_checks_are_judged(user, url, ask):
    text = "name,kind,policy,m,n,reference\nj,passive,m of n,1,2,yes\n"

    post(user, f"{url}hoard-checks-import", ("text", text), ("confirm", "1"))

    row = ask(select(t.check).where(t.check.c.name == "j"))[0]
    assert row.reference is True
    rule = ask(select(t.regime).where(t.regime.c.check_id == row.id))[0]
    assert (rule.policy, rule.m, rule.n) == ("m of n", 1, 2)


def test_a_good_form_marks_no_field(user, url):
    user.open(f"{url}hoard-check-edit")

    assert "aria-invalid" not in contents(user)
    assert "invalid-feedback" not in contents(user)


def test_an_editors_check_is_trusted_where_a_manager_points_it(user, url, ask, names):
    """Not by any other change of it: the host may lead inside by its name."""
    number = names["https://site-02.example.org"]
    with engines.writing() as (_store, connection):
        query = update(t.check).where(t.check.c.id == number)
        connection.execute(query.values(owner_group="content", address=None))
    pairs = [("id", str(number)), ("kind", "https"), ("title", "Mine")]
    owner = select(t.check.c.owner_group).where(t.check.c.id == number)

    host = ("host", "site-02.example.org")
    post(user, f"{url}hoard-check-edit?id={number}", *pairs, host)
    assert ask(owner) == [("content",)]

    post(user, f"{url}hoard-check-edit?id={number}", *pairs, ("host", "10.0.0.9"))
    assert ask(owner) == [(None,)]


def test_a_rule_is_edited_where_it_is_written_down(user, url, ask):
    number = ask(select(t.rule.c.check_id))[0][0]
    user.open(f"{url}hoard-check/{number}")
    page = contents(user)
    edit = "hoard-rules-edit?kind=rule&amp;name=front"

    assert edit in page
    assert 'name="pause"' not in page
    user.open(f"{url}hoard-check-edit?id={number}")
    assert html.unescape(edit) in user.url


@pytest.mark.parametrize("act", ["pause", "resume"])
def test_a_rule_is_not_paused_by_its_page(user, url, ask, act):
    number = ask(select(t.rule.c.check_id))[0][0]

    page = post(user, f"{url}hoard-check/{number}", (act, "1"))

    assert status(user) == 422
    assert "is a rule or an alarm" in page
    assert "control panel" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.S)
