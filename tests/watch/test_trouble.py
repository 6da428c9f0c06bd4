"""Plone is not harmed by a database that cannot be used; it says so in words."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import migrate
from collective.hoard.watch import engines
from collective.hoard.watch import trouble
from collective.hoard.watch.interfaces import IWatchSettings
from collective.hoard.watch.interfaces import SettingInvalid
from forms.browsing import browser
from forms.browsing import contents
from forms.browsing import manager
from forms.browsing import shows_no_traceback
from forms.browsing import status
from servers.server import free_port
from sqlalchemy import text
from watch.conftest import configure
import html
import pytest
import shutil
import sqlite3
import subprocess
import sys
import time


PAGES = (
    "hoard-monitoring",
    "hoard-check/1",
    "hoard-wall",
    "hoard-changes",
    "hoard-monitoring-settings",
)


def missing(tmp_path, full):
    return str(tmp_path / "nowhere.db")


def empty(tmp_path, full):
    (tmp_path / "empty.db").touch()
    return str(tmp_path / "empty.db")


def no_database(tmp_path, full):
    (tmp_path / "text.db").write_bytes(b"This is a text and no database. " * 100)
    return str(tmp_path / "text.db")


def of_revision(number):
    def make(tmp_path, full):
        path = str(tmp_path / "other.db")
        engine = open_engine(path)
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :n"), {"n": number}
            )
        engine.dispose()
        return path

    return make


def nobody_listens(tmp_path, full):
    port = free_port()
    return f"postgresql://hoard@127.0.0.1:{port}/hoard"


def no_name_of_a_file(tmp_path, full):
    return str(tmp_path / "a\0b.db")


CASES = {
    "no name of a file": (no_name_of_a_file, trouble.MISSING),
    "not configured": (lambda *_: "", trouble.NOT_CONFIGURED),
    "missing": (missing, trouble.MISSING),
    "without tables": (empty, trouble.MISSING),
    "not a database": (no_database, trouble.DOWN),
    "newer": (of_revision("9999"), trouble.NEWER),
    "unreachable": (nobody_listens, trouble.DOWN),
    "not supported": (lambda *_: "mysql://host/name", trouble.WRONG),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_is_wrong(functional, full_database, tmp_path, case, name):
    make, words = CASES[case]
    configure(database=make(tmp_path, full_database[0]))
    user = manager(functional)

    user.open(f"{functional['portal'].absolute_url()}/@@{name}")

    assert str(words)[:60] in html.unescape(contents(user))
    assert shows_no_traceback(user)
    assert status(user) in (200, 503)
    engines.forget()


def test_older_tables_are_told_from_newer(functional, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "REVISIONS", ("0001", "0002", "0003", "0004"))
    configure(database=of_revision("0001")(tmp_path, None))
    user = manager(functional)

    user.open(f"{functional['portal'].absolute_url()}/@@hoard-monitoring")

    assert "hoard-poller migrate" in contents(user)
    engines.forget()


def test_a_locked_database_is_waited_for_only_shortly(
    functional, full_database, tmp_path
):
    path = str(shutil.copy(full_database[0], tmp_path / "locked.db"))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    configure(database=path)
    user = manager(functional)

    started = time.monotonic()
    user.open(f"{functional['portal'].absolute_url()}/@@hoard-monitoring")

    assert "locked by another writer" in contents(user)
    assert time.monotonic() - started < 10
    connection.execute("ROLLBACK")
    user.open(f"{functional['portal'].absolute_url()}/@@hoard-monitoring")
    assert status(user) == 200
    connection.close()
    engines.forget()


def test_a_writer_in_wal_mode_hinders_no_reader(site, database):
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    user = manager(site)

    user.open(f"{site['portal'].absolute_url()}/@@hoard-monitoring")

    assert status(user) == 200
    connection.execute("ROLLBACK")
    connection.close()


def test_the_rest_of_the_site_works(functional, tmp_path):
    configure(database=missing(tmp_path, None))
    visitor = browser(functional)

    visitor.open(functional["portal"].absolute_url())

    assert status(visitor) == 200


def test_a_server_that_is_away_is_not_asked_by_each_request(functional, tmp_path):
    url = nobody_listens(tmp_path, None)
    configure(database=url)
    user = manager(functional)
    user.open(f"{functional['portal'].absolute_url()}/@@hoard-monitoring")

    assert url in engines._resting
    engines.forget()


def test_a_database_that_is_replaced_is_read_anew(site, database, tmp_path):
    user = manager(site)
    user.open(f"{site['portal'].absolute_url()}/@@hoard-monitoring")
    shutil.move(empty(tmp_path, None), database)

    user.open(f"{site['portal'].absolute_url()}/@@hoard-monitoring")

    assert "no tables yet" in contents(user)


def test_without_the_extra_the_pages_say_so(functional):
    from collective.hoard.watch.browser.missing import Missing

    page = Missing(functional["portal"], functional["request"].clone())()

    assert "extra “monitoring”" in html.unescape(page)


WITHOUT = """
import sys
for name in ("sqlalchemy", "alembic", "pycurl", "ddsketch", "psycopg"):
    sys.modules[name] = None
import collective.hoard.watch.browser as package
from collective.hoard.watch.browser import missing, settings
from zope.configuration import xmlconfig
import plone.resource, Products.Five
context = xmlconfig.file("meta.zcml", Products.Five)
context = xmlconfig.file("meta.zcml", plone.resource, context=context)
xmlconfig.include(context, "configure.zcml", package)
found = {path.rpartition("/")[2] for path in context._seen_files}
assert "missing.zcml" in found and "pages.zcml" not in found, found
print("said")
"""


def test_without_the_extra_plone_starts():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=120
    )

    assert done.stdout.strip() == "said", done.stderr[-2000:]


def test_secrets_are_filled_in_and_never_shown(functional, monkeypatch, tmp_path):
    monkeypatch.setenv("HOARD_TEST_SECRET", "s3cret/word")
    url = nobody_listens(tmp_path, None).replace("hoard@", "hoard:{secret}@")
    configure(database=url, database_secret="env:HOARD_TEST_SECRET")
    user = manager(functional)

    user.open(f"{functional['portal'].absolute_url()}/@@hoard-monitoring")

    assert status(user) == 503
    assert "s3cret" not in contents(user)
    engines.forget()


@pytest.mark.parametrize(
    "field,value",
    [
        ("database", "postgresql://hoard:plain@db/hoard"),
        ("database_secret", "plain"),
        ("live_secret", "plain"),
        ("poller_url", "javascript:alert(1)"),
    ],
)
def test_settings_take_no_passwords(field, value):
    with pytest.raises(SettingInvalid):
        IWatchSettings[field].validate(value)


def test_the_control_panel_says_how_it_is(site):
    user = manager(site)

    user.open(f"{site['portal'].absolute_url()}/@@hoard-monitoring-settings")
    assert "The monitoring database can be read." in contents(user)

    user.open(f"{site['portal'].absolute_url()}/@@hoard-controlpanel")
    assert "Settings of monitoring" in contents(user)
