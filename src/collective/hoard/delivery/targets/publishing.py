"""Publishing to an AMQP broker: one channel, kept with its connection."""

from ...connections.interfaces import ServiceRefused
from .corking import Cork
from collective.hoard import _
from dataclasses import dataclass
from enum import Enum
from functools import partial
from time import monotonic
from weakref import WeakKeyDictionary


#: ``{kombu connection: Publisher}``; goes when the pool closes the connection.
_publishers = WeakKeyDictionary()


def publisher_of(connection):
    """The `Publisher` of a connection that was borrowed for this thread."""
    found = _publishers.get(connection)
    if found is None:
        found = _publishers[connection] = Publisher(connection)
    return found


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the broker gets it: ``body`` is bytes of JSON."""

    body: bytes
    key: str
    properties: dict
    headers: dict

    @property
    def id(self):
        return self.properties["message_id"]


class Verdict(Enum):
    """What the broker said of a letter."""

    TAKEN = "taken"
    NACKED = "nacked"
    UNROUTABLE = "unroutable"


class Publisher:
    """Publishes with confirms; sends many before it waits for the first of them."""

    def __init__(self, connection):
        self._declared = set()
        self._channel = connection.channel()
        # Its own publish would wait for each. This one numbers what is confirmed
        # as the broker does: from 1, on this channel.
        self._publish = partial(type(self._channel).basic_publish, self._channel)
        self._channel.confirm_select()
        self._sent = 0
        self._waiting = {}
        self._verdicts = {}
        for event in ("basic_ack", "basic_nack", "basic_return"):
            self._channel.events[event].add(getattr(self, f"_on_{event}"))

    def publish(self, letters, exchange, timeout, declare=None, mandatory=False):
        """Publish *letters* and wait until all are confirmed.

        :param exchange: its name; "" is the broker's default exchange.
        :param timeout: seconds to wait for all confirms, and for sending each.
        :param declare: type of the exchange, which is made unless it is there.
        :return: for each, in order, a `Verdict`. ``UNROUTABLE``: no queue takes it,
            though it is mandatory.
        :raises ServiceRefused: the broker answered and said no; in words.
        """
        from amqp.exceptions import ChannelError

        self._verdicts.clear()
        try:
            self._declare(exchange, declare)
            with Cork(self._channel.connection.transport, timeout):
                for letter in letters:
                    self._send(letter, exchange, mandatory, timeout)
            self._wait(timeout)
        except ChannelError as error:
            raise ServiceRefused(_in_words(error, exchange)) from error
        return [self._verdicts.get(one.id, Verdict.TAKEN) for one in letters]

    def _send(self, letter, exchange, mandatory, timeout):
        message = self._channel.prepare_message(
            letter.body,
            content_type="application/json",
            content_encoding="utf-8",
            headers=letter.headers,
            properties={"delivery_mode": 2, **letter.properties},
        )
        self._sent += 1
        self._waiting[self._sent] = letter.id
        self._publish(
            message,
            exchange=exchange,
            routing_key=letter.key,
            mandatory=mandatory,
            timeout=timeout,
        )

    def _declare(self, name, type):
        # The broker's own exchanges are there, and may not be declared.
        if not type or not name or name.startswith("amq.") or name in self._declared:
            return
        from kombu import Exchange

        Exchange(name, type=type, durable=True, channel=self._channel).declare()
        self._declared.add(name)

    def _wait(self, timeout):
        ends = monotonic() + timeout
        while self._waiting:
            # Not 0, which would mean: for ever.
            left = max(ends - monotonic(), 0.001)
            self._channel.connection.drain_events(timeout=left)

    def _on_basic_ack(self, tag, multiple):
        for number in self._confirmed(tag, multiple):
            self._waiting.pop(number, None)

    def _on_basic_nack(self, tag, multiple):
        for number in self._confirmed(tag, multiple):
            self._verdicts[self._waiting.pop(number, None)] = Verdict.NACKED

    def _on_basic_return(self, error, exchange, routing_key, message):
        self._verdicts[message.properties["message_id"]] = Verdict.UNROUTABLE

    def _confirmed(self, tag, multiple):
        if not multiple:
            return [tag]
        return [number for number in self._waiting if number <= tag]


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
