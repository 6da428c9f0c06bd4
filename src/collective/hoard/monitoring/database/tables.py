"""All tables; what they mean is in docs/explanation/monitoring-history.md.

Times are integer UTC seconds.  A status is its place in `interfaces.STATUSES`.
Other parts may add tables in modules beside this one, on the same `metadata`.
"""

from sqlalchemy import BigInteger
from sqlalchemy import Boolean
from sqlalchemy import Column
from sqlalchemy import Float
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import Integer
from sqlalchemy import JSON
from sqlalchemy import LargeBinary
from sqlalchemy import MetaData
from sqlalchemy import SmallInteger
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import text
from sqlalchemy import UniqueConstraint


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
#: Seconds of a bucket: samples of one hour lie together, in it by check.
BUCKET = 3600
#: What stands in a key for a code that there is none: keys have no NULL. No sample
#: has it as its code.
NO_CODE = -(1 << 31)


def number():
    return Column("id", Integer, primary_key=True)


def check_id(**options):
    return Column("check_id", Integer, ForeignKey("check_.id"), **options)


def clustered(name, *columns, **options):
    """A table that SQLite keeps in the order of its key."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False, **options)


# --- What is watched -------------------------------------------------------

source = Table(
    "source",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # local, satellite, push, import
    Column("token_hash", Text),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("last_seen", BigInteger),
    Column("blind_since", BigInteger),
    # R9; NULL is the default of history.blindness.
    Column("blind_share", Float),
    Column("blind_least", Integer),
    Column("note", Text),
)

check = Table(
    "check_",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),  # what commands call it
    Column("uid", Text, unique=True),  # of the content item in Plone, if any
    Column("title", Text),
    Column("kind", Text, nullable=False),  # http, tcp, dns, tls, exec, passive, ...
    Column("address", Text),
    Column("port", Integer),
    Column("host", Text),  # Host header and SNI
    Column("params", JSON),
    Column("interval", Integer),  # seconds between two checks; NULL: passive
    Column("timeout", Float),
    Column("grace", Integer, nullable=False, server_default=text("30")),
    Column("owner_group", Text),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("list_source", Text),  # whose list it came with
    Column("reference", Boolean, nullable=False, server_default=text("false")),
    Column("flap_low", Float),
    Column("flap_high", Float),
    Column("created", BigInteger),
    Column("monitored_since", BigInteger),  # before it: unmonitored; NULL: unknown
    Column("updated", BigInteger),
    Column("removed", BigInteger),
    Index("ix_check_list_source", "list_source"),
)

#: How samples become verdicts, from *since* on: a change keeps the past.
regime = clustered(
    "regime",
    check_id(primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("slot", Integer, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("policy", Text, nullable=False, server_default="best"),
    Column("m", Integer),
    Column("n", Integer),
    Column("quorum", Integer),  # NULL: any source
)

#: When a check was paused or removed; *until* NULL: still.
pause = clustered(
    "pause",
    check_id(primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger),
    Column("reason", Text),
)

#: R9: windows in which the samples of a source do not count.
blind = clustered(
    "blind",
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("reason", Text),
)

# --- What was seen ---------------------------------------------------------

sample = clustered(
    "sample",
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("check_id", Integer, primary_key=True, autoincrement=False),
    Column("time", BigInteger, primary_key=True, autoincrement=False),
    Column("frac", Integer, primary_key=True, autoincrement=False),  # microseconds
    Column("source_id", Integer, primary_key=True, autoincrement=False),
    Column("status", SmallInteger, primary_key=True, autoincrement=False),
    Column("code", Integer, primary_key=True, autoincrement=False),  # or NO_CODE
    Column("ms", Float),
    Column("reason", Text),
    postgresql_partition_by="RANGE (bucket)",
)

state = clustered(
    "state",
    check_id(primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("code", Integer),
    Column("reason", Text),
    Column("ms", Float),
    Column("text", Text),
    Column("fails", Integer, nullable=False, server_default=text("0")),
    Column("flap", Float, nullable=False, server_default=text("0")),
)

metric = Table(
    "metric",
    metadata,
    number(),
    check_id(nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text),
    Column("number", Float),  # the newest
    Column("time", BigInteger),
    UniqueConstraint("check_id", "name"),
)

metric_value = clustered(
    "metric_value",
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("metric_id", Integer, primary_key=True, autoincrement=False),
    Column("time", BigInteger, primary_key=True, autoincrement=False),
    Column("source_id", Integer, primary_key=True, autoincrement=False),
    Column("number", Float, nullable=False),
)

# --- What is true of it ----------------------------------------------------

interval = clustered(
    "interval_",
    check_id(primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger),  # NULL: the last row
    Column("expires", BigInteger),  # of the last row: unknown from then on (R5)
    Column("status", SmallInteger, nullable=False),
    Column("code", Integer),
    Column("reason", Text),
    Index(
        "ix_interval_not_ok",
        "check_id",
        "since",
        sqlite_where=text("status <> 0"),
        postgresql_where=text("status <> 0"),
    ),
)

#: Verdicts of slots that are still open: shown, not logged (R6).
pending = clustered(
    "pending",
    check_id(primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger, nullable=False),  # the verdict holds so long
    Column("status", SmallInteger, nullable=False),
    Column("code", Integer),
    Column("reason", Text),
)

#: One row a check: how it stands, what overview pages show.
standing = Table(
    "standing",
    metadata,
    check_id(primary_key=True, autoincrement=False),
    Column("status", SmallInteger, nullable=False),
    Column("code", Integer),
    Column("reason", Text),
    Column("since", BigInteger, nullable=False),
    Column("expires", BigInteger),  # the verdict holds so long (R5)
    # From then on shown as unknown: the slot in which it expires is final, too.
    Column("stale", BigInteger),
    Column("provisional", Boolean, nullable=False),
    Column("closed", BigInteger, nullable=False),  # the log is written up to here
    Column("last_time", BigInteger),  # of the newest sample
    Column("seq", BigInteger, nullable=False),
    Index("ix_standing_status", "status", "since"),
    Index("ix_standing_seq", "seq"),
)

suppressed = clustered(
    "suppressed",
    check_id(primary_key=True),
    Column("time", BigInteger, primary_key=True),
    Column("frac", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True),
    Column("status", SmallInteger, primary_key=True),
    Column("code", Integer, primary_key=True),  # or NO_CODE
    Column("reason", Text),
)

#: Samples were stored but the log is not yet rewritten: done before all else.
dirty = clustered(
    "dirty",
    check_id(primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# --- What is kept of what was seen -----------------------------------------

#: In the order they are made: pages of a table ordered by check stay half empty.
chunk = Table(
    "chunk",
    metadata,
    number(),
    Column("check_id", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    Column("blob", LargeBinary, nullable=False),
    UniqueConstraint("check_id", "day"),
)

rollup = clustered(
    "rollup",
    Column("check_id", Integer, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),  # 3600, 86400
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("up", Integer, nullable=False),
    Column("down", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("unmonitored", Integer, nullable=False),
    Column("maintenance", Integer, nullable=False),
    Column("n", Integer, nullable=False),  # samples with milliseconds
    # Tenths of milliseconds: whole numbers take a third of the bytes.
    Column("sum", BigInteger),
    Column("min", BigInteger),
    Column("max", BigInteger),
    Column("sketch", LargeBinary),
)

#: Named numbers: change_seq, generation, packed_until, forgotten_until, heartbeat.
meta = clustered(
    "meta",
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# --- How it is grouped and judged ------------------------------------------

group = Table(
    "group_",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text),
    Column("public", Boolean, nullable=False, server_default=text("false")),
)

group_member = clustered(
    "group_member",
    Column("group_id", Integer, ForeignKey("group_.id"), primary_key=True),
    check_id(primary_key=True, index=True),
)

tag = clustered(
    "tag",
    check_id(primary_key=True),
    Column("name", Text, primary_key=True, index=True),
)

dependency = clustered(
    "dependency",
    check_id(primary_key=True),
    Column("on_check_id", Integer, ForeignKey("check_.id"), primary_key=True),
    Column("redundancy", Text),  # parents of one such group: any of them suffices
)

maintenance = Table(
    "maintenance",
    metadata,
    number(),
    Column("title", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("recurrence", Text),  # RRULE
    Column("zone", Text),
    Column("selector", Text),
    Column("author", Text),
    Column("created", BigInteger),
    Column("cancelled", BigInteger),
)

#: The windows of `maintenance` worked out, per check; they may overlap.
maintenance_span = clustered(
    "maintenance_span",
    check_id(primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("maintenance_id", Integer, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

rule = Table(
    "rule",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text),
    Column("expression", Text, nullable=False),
    Column("unknown_members", Text, nullable=False, server_default="strict"),
    Column("severity", SmallInteger, nullable=False, server_default=text("2")),
    Column("check_id", Integer, ForeignKey("check_.id")),  # carries its history
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("updated", BigInteger),
)

alarm = Table(
    "alarm",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text),
    Column("check_id", Integer, ForeignKey("check_.id")),  # carries its history
    Column("metric_id", Integer, ForeignKey("metric.id")),
    Column("statistic", Text, nullable=False),
    Column("period", Integer, nullable=False),
    Column("comparison", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("clear", Float),
    Column("n", Integer, nullable=False, server_default=text("1")),
    Column("m", Integer, nullable=False, server_default=text("1")),
    Column("missing", Text, nullable=False, server_default="missing"),
    Column("severity", SmallInteger, nullable=False, server_default=text("2")),
    Column("state", Text),
    Column("since", BigInteger),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("updated", BigInteger),
)

# --- What people were told -------------------------------------------------

contact = Table(
    "contact",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),  # mail, webhook, amqp, mqtt
    Column("address", Text, nullable=False),
    Column("zone", Text),
    Column("quiet", JSON),
    Column("settings", JSON),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
)

policy = Table(
    "policy",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("selector", Text),
    Column("severity", SmallInteger, nullable=False, server_default=text("1")),
    Column("settings", JSON),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
)

notification = Table(
    "notification",
    metadata,
    number(),
    Column("created", BigInteger, nullable=False, index=True),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("check_id", Integer, ForeignKey("check_.id")),
    Column("kind", Text, nullable=False),  # problem, recovery, digest, notice
    Column("severity", SmallInteger),
    Column("body", JSON),
    Column("state", Text, nullable=False),  # queued, sent, cancelled, failed
    Column("due", BigInteger),
    Column("sent", BigInteger),
    Column("error", Text),
    Index("ix_notification_state", "state", "due"),
)

ack = Table(
    "ack",
    metadata,
    number(),
    check_id(nullable=False, index=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("author", Text, nullable=False),
    Column("text", Text),
    Column("ended", BigInteger),
)

incident = Table(
    "incident",
    metadata,
    number(),
    Column("title", Text, nullable=False),
    Column("check_id", Integer, ForeignKey("check_.id")),
    Column("since", BigInteger, nullable=False, index=True),
    Column("until", BigInteger),
    Column("severity", SmallInteger),
    Column("public", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text),
)

incident_note = Table(
    "incident_note",
    metadata,
    number(),
    Column("incident_id", Integer, ForeignKey("incident.id"), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("author", Text),
    Column("text", Text, nullable=False),
    Index("ix_incident_note_incident", "incident_id", "time"),
)
