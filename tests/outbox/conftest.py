"""Outboxes in a ZODB without a site: a mapping stands for the site root."""

from collective.hoard.outbox import prepare
from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import IMessageTarget
from persistent.mapping import PersistentMapping
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from stand_ins import a_site
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.annotation.attribute import AttributeAnnotations
from zope.component import provideAdapter
from zope.component import provideUtility
from zope.interface import implementer
import pytest
import transaction


@pytest.fixture(autouse=True)
def registry():
    pushGlobalRegistry()
    provideAdapter(AttributeAnnotations, (PersistentMapping,))
    yield
    popGlobalRegistry()


@pytest.fixture
def db(tmp_path):
    """A database with files; a mapping at root()["site"], nothing in it."""
    db = DB(FileStorage(str(tmp_path / "Data.fs")))
    with db.transaction() as connection:
        connection.root()["site"] = a_site(rows=PersistentMapping())
    yield db
    db.close()


@pytest.fixture
def connection(db):
    connection = db.open()
    yield connection
    transaction.abort()
    connection.close()


@pytest.fixture
def site(connection):
    """With one target of each kind; committed."""
    site = connection.root()["site"]
    prepare(site, search="marks", mail="messages")
    transaction.commit()
    return site


@implementer(IMarkTarget)
class Marks:
    """A target of marks. ``calls`` has the keys of each update; ``bad`` are keys
    that it refuses, ``broken`` keys that make it fail; *down* is its error."""

    in_database = False

    def __init__(self):
        self.calls = []
        self.rows = {}
        self.bad = set()
        self.broken = set()
        self.down = None
        self.before = self.after = lambda marks: None

    def update(self, root, marks):
        self.before(marks)
        self.calls.append([mark.key for mark in marks])
        if self.down:
            raise self.down
        self.judge(marks)
        for mark in marks:
            self.rows[mark.key] = root["rows"].get(mark.key)
        self.after(marks)

    def judge(self, marks):
        from collective.hoard.outbox.interfaces import Refused

        if any(mark.key in self.broken for mark in marks):
            raise KeyError("a fault of the target")
        if any(mark.key in self.bad for mark in marks):
            raise Refused("unknown field")


@implementer(IMessageTarget)
class Messages:
    """A target of messages. ``got`` has what it took; *answers* may map ``str(body)`` to
    the error that they meet; *down* is what all of them meet."""

    def __init__(self):
        self.got = []
        self.answers = {}
        self.down = None
        self.tried = []
        self.before = lambda message: None

    def deliver(self, root, message):
        self.before(message)
        self.tried.append(message)
        error = self.down or self.answers.get(str(message.body))
        if error:
            raise error
        self.got.append(message)

    @property
    def bodies(self):
        return [message.body for message in self.got]


@pytest.fixture
def search():
    target = Marks()
    provideUtility(target, IMarkTarget, "search")
    return target


@pytest.fixture
def mail():
    target = Messages()
    provideUtility(target, IMessageTarget, "mail")
    return target
