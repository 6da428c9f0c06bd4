"""What judging and telling need besides the tables of `tables`."""

from .tables import alarm
from .tables import clustered
from .tables import incident
from .tables import metadata
from .tables import notification
from .tables import number
from .tables import rule
from sqlalchemy import BigInteger
from sqlalchemy import Boolean
from sqlalchemy import Column
from sqlalchemy import Float
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import Integer
from sqlalchemy import JSON
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import text


#: Groups within groups.
group_part = clustered(
    "group_part",
    Column("group_id", Integer, ForeignKey("group_.id"), primary_key=True),
    Column("part_id", Integer, ForeignKey("group_.id"), primary_key=True),
)

rule.append_column(Column("warning", Text))
rule.append_column(
    Column("collapse", Text, nullable=False, server_default=text("'failed'"))
)
rule.append_column(
    Column("exempt", Boolean, nullable=False, server_default=text("false"))
)
#: Without a metric_id: the check and the metric by name, found when it appears.
alarm.append_column(Column("of_check_id", Integer, ForeignKey("check_.id")))
alarm.append_column(Column("metric", Text))

#: "check:12", "source:paris": what an incident is about; one may be open at once.
incident.append_column(Column("key", Text))
#: The check with whose problem this one is told.
incident.append_column(Column("into_id", Integer))
incident.append_column(Column("settings", JSON))
Index("ix_incident_open", incident.c.until, incident.c.key)

notification.append_column(
    Column("incident_id", Integer, ForeignKey("incident.id"), index=True)
)
notification.append_column(Column("message_id", Integer, index=True))

#: What is, or was, under way to one recipient: one mail, one request.
message = Table(
    "message",
    metadata,
    number(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("kind", Text, nullable=False),  # notice, digest
    Column("created", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # waiting, sending, sent, empty, failed
    Column("due", BigInteger),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("sent", BigInteger),
    Column("subject", Text),
    Column("lines", Integer),
    Column("error", Text),
    Index("ix_message_state", "state", "due"),
)

#: The token bucket and the digest of a contact.
recipient = Table(
    "recipient",
    metadata,
    Column(
        "contact_id",
        Integer,
        ForeignKey("contact.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("tokens", Float, nullable=False),
    Column("refilled", BigInteger, nullable=False),
    Column("interval", Integer, nullable=False, server_default=text("0")),
    Column("due", BigInteger),
    Column("last", BigInteger),
)

#: Who is to be told of an incident next if nobody acknowledges it.
escalation = clustered(
    "escalation",
    Column("incident_id", Integer, ForeignKey("incident.id"), primary_key=True),
    Column("policy_id", Integer, ForeignKey("policy.id"), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("due", BigInteger, nullable=False, index=True),
)
