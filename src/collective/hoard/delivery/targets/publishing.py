"""Publishing to an AMQP broker: one channel, kept with its connection."""

from ...connections.interfaces import ServiceRefused
from collective.hoard import _
from weakref import WeakKeyDictionary


#: ``{kombu connection: Publisher}``; goes when the pool closes the connection.
_publishers = WeakKeyDictionary()


def publisher_of(connection):
    """The `Publisher` of a connection that was borrowed for this thread."""
    found = _publishers.get(connection)
    if found is None:
        found = _publishers[connection] = Publisher(connection)
    return found


class Publisher:
    """Publishes with confirms: what returns was taken by the broker."""

    def __init__(self, connection):
        from kombu import Producer

        self._returned = []
        self._declared = set()
        self._channel = connection.channel()
        self._producer = Producer(
            self._channel, auto_declare=False, on_return=self._on_return
        )

    def publish(self, body, exchange, routing_key, timeout, declare=None, **properties):
        """Publish *body*, bytes of JSON, and wait for the confirm.

        :param exchange: its name; "" is the broker's default exchange.
        :param declare: type of the exchange, which is made unless it is there.
        :return: False when no queue takes the message, though it is mandatory.
        :raises ServiceRefused: the broker answered and said no; in words.
        """
        from amqp.exceptions import ChannelError
        from amqp.exceptions import MessageNacked

        self._returned.clear()
        try:
            self._declare(exchange, declare)
            self._producer.publish(
                body,
                exchange=exchange,
                routing_key=routing_key,
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                retry=False,
                **properties,
            )
        except MessageNacked:
            raise ServiceRefused(NACKED) from None
        except ChannelError as error:
            raise ServiceRefused(_in_words(error, exchange)) from error
        return not self._returned

    def _declare(self, name, type):
        # The broker's own exchanges are there, and may not be declared.
        if not type or not name or name.startswith("amq.") or name in self._declared:
            return
        from kombu import Exchange

        Exchange(name, type=type, durable=True, channel=self._channel).declare()
        self._declared.add(name)

    def _on_return(self, error, exchange, routing_key, message):
        self._returned.append(error)


NACKED = _(
    "The broker did not take the message: a queue is full and refuses more "
    "(overflow reject-publish), or the broker has an error of its own. It is tried "
    "again."
)
WORDS = {
    403: _("The broker says that we may not use the exchange ${exchange}: ${reason}"),
    404: _("The broker has no exchange ${exchange}. Create it, or let us declare it."),
    406: _(
        "The exchange ${exchange} is there with another type or other options: "
        "${reason}"
    ),
}
OTHER = _("The broker refuses to publish to ${exchange}: ${reason}")


def _in_words(error, exchange):
    code = getattr(error, "reply_code", None) or getattr(error, "code", 0)
    reason = getattr(error, "reply_text", None) or str(error)
    told = {"exchange": exchange or '""', "reason": str(reason)[:300]}
    return _(WORDS.get(code, OTHER), mapping=told)
