"""What writes outside is refused where the ZODB may not be written either."""

from collective.hoard.connections import client
from collective.hoard.connections import ServiceSettings
from collective.hoard.connections.connectors.sql import SqlClient
from collective.hoard.connections.connectors.sql import SqlConnector
from collective.hoard.connections.interfaces import IConnector
from collective.hoard.connections.interfaces import IServiceDirectory
from collective.hoard.connections.interfaces import NoWritesHere
from persistent.mapping import PersistentMapping
from plone.testing.zca import popGlobalRegistry
from plone.testing.zca import pushGlobalRegistry
from sqlalchemy import text
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from zope.component import provideAdapter
from zope.component import provideUtility
from zope.interface import implementer
import pytest
import transaction


@pytest.fixture(autouse=True)
def sql(tmp_path):
    """A site's connection to SQLite, with the name "sql"."""
    settings = ServiceSettings("sql", "sql", f"sqlite:///{tmp_path / 'rows.db'}")

    @implementer(IServiceDirectory)
    class Directory:
        def __init__(self, site):
            self.get = {"sql": settings}.get

    pushGlobalRegistry()
    provideAdapter(Directory, (PersistentMapping,))
    provideUtility(SqlConnector(), IConnector, "sql")
    yield settings
    transaction.abort()
    popGlobalRegistry()


def demand_reading_only(site):
    sql = client(site, "sql")
    with pytest.raises(NoWritesHere, match="old or a read-only view"):
        sql.session()
    with sql.reading() as rows:
        assert rows.execute(text("select 1")).scalar() == 1


def test_on_a_historical_connection(db):
    old = db.open(before=db.lastTransaction())
    try:
        demand_reading_only(old.root())
    finally:
        old.close()


def test_on_a_read_only_connection(db, tmp_path):
    read_only = DB(FileStorage(str(tmp_path / "Data.fs"), read_only=True))
    connection = read_only.open()
    demand_reading_only(connection.root.a)
    connection.close()
    read_only.close()


def test_elsewhere_it_may(db, sql):
    connection = db.open()
    assert client(connection.root.a, "sql").session() is SqlClient(sql).session()
    transaction.abort()
    connection.close()
