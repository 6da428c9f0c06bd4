"""Messages to the exchanges of an AMQP broker, as RabbitMQ."""

from ...connections import borrow
from ...connections.interfaces import ConnectionsError
from ...forms.interfaces import Field
from ..interfaces import MESSAGE_VERSION
from ..routing import route
from ..routing import route_problem
from .base import as_json
from .base import down
from .base import refused
from .base import service
from .base import TargetKind
from .publishing import publisher_of
from collective.hoard import _
from datetime import datetime


TYPES = ("direct", "fanout", "topic")
TYPE_OPTIONS = [
    {"value": "direct", "title": _("direct: to the queues bound with the very key")},
    {"value": "fanout", "title": _("fanout: to all queues of the exchange")},
    {"value": "topic", "title": _("topic: to the queues whose pattern fits the key")},
]


class Amqp(TargetKind):
    """``send`` returns when the broker has confirmed that it has the message."""

    title = _("AMQP (RabbitMQ)")
    order = 20
    options = (
        Field(
            "service",
            "text",
            _("Connection"),
            _("Its name in the control panel, as: amqp"),
            True,
            "amqp",
        ),
        Field(
            "exchange",
            "text",
            _("Exchange"),
            _("Empty means the default exchange: the routing key names a queue."),
            False,
            "hoard",
        ),
        Field(
            "type",
            "one_of",
            _("Type of the exchange"),
            "",
            True,
            "topic",
            {"options": TYPE_OPTIONS, "appearance": "radio"},
        ),
        Field(
            "routing_key",
            "text",
            _("Routing key"),
            _("May have placeholders, as: ${example}"),
            False,
            "${form:id}.${submission:event}",
        ),
        Field(
            "declare",
            "yes_no",
            _("Make the exchange if it is not there"),
            "",
            False,
            True,
        ),
        Field(
            "mandatory",
            "yes_no",
            _("Some queue must take it"),
            _("Otherwise the broker drops messages that no queue is bound for."),
            False,
            True,
        ),
    )

    def problems(self, options):
        exchange, key = options.get("exchange", ""), options.get("routing_key", "")
        if options.get("type") not in TYPES:
            names = {"names": ", ".join(TYPES)}
            yield "type", _("Must be one of: ${names}", mapping=names)
        if len(exchange.encode("utf-8")) > 127 or not exchange.isprintable():
            yield "exchange", _("Must be one line of at most 127 characters.")
        if not exchange and not key:
            yield "routing_key", _("The default exchange needs the name of a queue.")
        problem = route_problem(key, ".", "*#")
        if problem:
            yield "routing_key", problem

    def send(self, site, target, id, data):
        options = target.options
        settings = service(site, options["service"], "amqp")
        exchange = options.get("exchange", "")
        key = route(options.get("routing_key", ""), data)
        try:
            with borrow(settings) as connection:
                routed = publisher_of(connection).publish(
                    as_json(id, data),
                    exchange,
                    key,
                    settings.timeout,
                    declare=options["type"] if options.get("declare") else None,
                    mandatory=bool(options.get("mandatory")),
                    message_id=id,
                    type=f"hoard.{data['event']}",
                    timestamp=int(datetime.fromisoformat(data["time"]).timestamp()),
                    headers={"version": MESSAGE_VERSION},
                )
        except ConnectionsError as error:
            raise down(error.message) from None
        told = {"exchange": exchange or '""', "key": key}
        if not routed:
            raise refused(_(UNROUTABLE, mapping=told))
        return _("The broker has it: exchange ${exchange}, key ${key}.", mapping=told)


UNROUTABLE = _(
    "No queue takes it: nothing is bound to the exchange ${exchange} for the routing "
    "key ${key}. Bind a queue, then retry."
)
