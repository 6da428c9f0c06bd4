"""Messages to the exchanges of an AMQP broker, as RabbitMQ."""

from ...connections import borrow
from ...connections.interfaces import ConnectionsError
from ...forms.interfaces import Field
from ..interfaces import MESSAGE_VERSION
from ..routing import route
from ..routing import route_problem
from .base import as_json
from .base import BatchKind
from .base import down
from .base import refused
from .base import service
from .publishing import Letter
from .publishing import NACKED
from .publishing import publisher_of
from .publishing import Verdict
from collective.hoard import _
from datetime import datetime


TYPES = ("direct", "fanout", "topic")
TYPE_OPTIONS = [
    {"value": "direct", "title": _("direct: to the queues bound with the very key")},
    {"value": "fanout", "title": _("fanout: to all queues of the exchange")},
    {"value": "topic", "title": _("topic: to the queues whose pattern fits the key")},
]


class Amqp(BatchKind):
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
        (problem,) = self.send_many(site, target, [(id, data)])
        if problem is not None:
            raise problem
        told = _told(target.options, data)
        return _("The broker has it: exchange ${exchange}, key ${key}.", mapping=told)

    def send_many(self, site, target, pairs):
        options = target.options
        settings = service(site, options["service"], "amqp")
        letters = [_letter(options, id, data) for id, data in pairs]
        try:
            with borrow(settings) as connection:
                verdicts = publisher_of(connection).publish(
                    letters,
                    options.get("exchange", ""),
                    settings.timeout,
                    declare=options["type"] if options.get("declare") else None,
                    mandatory=bool(options.get("mandatory")),
                )
        except ConnectionsError as error:
            raise down(error.message) from None
        judged = zip(pairs, verdicts, strict=True)
        return [_problem(options, data, verdict) for (_id, data), verdict in judged]


def _letter(options, id, data):
    properties = {
        "message_id": id,
        "type": f"hoard.{data['event']}",
        "timestamp": int(datetime.fromisoformat(data["time"]).timestamp()),
    }
    key = route(options.get("routing_key", ""), data)
    return Letter(as_json(id, data), key, properties, {"version": MESSAGE_VERSION})


def _problem(options, data, verdict):
    """What `IBatchTarget` answers."""
    if verdict is Verdict.UNROUTABLE:
        return refused(_(UNROUTABLE, mapping=_told(options, data)))
    return down(NACKED) if verdict is Verdict.NACKED else None


def _told(options, data):
    key = route(options.get("routing_key", ""), data)
    return {"exchange": options.get("exchange", "") or '""', "key": key}


UNROUTABLE = _(
    "No queue takes it: nothing is bound to the exchange ${exchange} for the routing "
    "key ${key}. Bind a queue, then retry."
)
