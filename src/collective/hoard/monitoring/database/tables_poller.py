"""What the poller itself has to say: that it lives, and what hinders it."""

from .tables import check_id
from .tables import clustered
from .tables import metadata
from sqlalchemy import BigInteger
from sqlalchemy import Boolean
from sqlalchemy import Column
from sqlalchemy import Float
from sqlalchemy import ForeignKey
from sqlalchemy import Integer
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import text


#: One row a poller or satellite, written every few seconds while it lives.
poller = Table(
    "poller",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started", BigInteger, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("stopped", BigInteger),  # it ended as it should
    Column("pid", Integer),
    Column("version", Text),
    Column("checks", Integer, nullable=False, server_default=text("0")),
    Column("running", Integer, nullable=False, server_default=text("0")),
    Column("late", Float, nullable=False, server_default=text("0")),  # seconds
    Column("waiting", Integer, nullable=False, server_default=text("0")),  # samples
    Column("lost", BigInteger, nullable=False, server_default=text("0")),  # samples
    Column("note", Text),  # what is wrong with it, for a person
)

#: Why a check does not run: a bad parameter, an address that is closed to it.
problem = clustered(
    "problem",
    check_id(primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
)

#: Where the milliseconds of the newest HTTP answer went.
timing = clustered(
    "timing",
    check_id(primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("resolve", Float),
    Column("connect", Float),
    Column("tls", Float),
    Column("first_byte", Float),
    Column("transfer", Float),
)

#: What the bearer of a source's token may do.
source_access = Table(
    "source_access",
    metadata,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("results", Boolean, nullable=False, server_default=text("true")),
    Column("lists", Boolean, nullable=False, server_default=text("false")),
    # Whose checks its list holds; decides what they may reach.
    Column("owner_group", Text),
)
