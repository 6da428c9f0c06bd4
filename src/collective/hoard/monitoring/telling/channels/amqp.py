"""JSON to an exchange or queue by AMQP, acknowledged by the broker."""

from ..interfaces import Refused
from ..interfaces import TargetDown
from .payload import as_json
from .payload import payload
from .settings import secret


class AmqpChannel:
    """See `interfaces.Channel`; the address is ``exchange/routing.key`` or ``queue``."""

    def __init__(self, settings):
        self.settings = settings

    def send(self, contact, letter):
        from amqp.exceptions import AMQPError
        from amqp.exceptions import NotFound
        from amqp.exceptions import PreconditionFailed
        from kombu.exceptions import OperationalError

        try:
            with self.connection() as connection:
                self.publish(connection, contact, letter)
        except (NotFound, PreconditionFailed) as error:
            raise Refused(f"The broker refused it: {error}") from error
        except (OSError, AMQPError, OperationalError) as error:
            raise TargetDown(f"The broker did not take it: {error}") from error

    def connection(self):
        from kombu import Connection

        own = self.settings
        options = {"userid": own.user} if own.user else {}
        if own.password:
            options["password"] = secret(own.password)
        return Connection(
            own.url,
            connect_timeout=own.timeout,
            transport_options={
                "confirm_publish": True,
                "read_timeout": own.timeout,
                "write_timeout": own.timeout,
                "max_retries": 1,
            },
            **options,
        )

    def publish(self, connection, contact, letter):
        from kombu import Producer
        from kombu import Queue

        exchange, slash, key = contact.address.partition("/")
        connection.ensure_connection(
            max_retries=1,
            timeout=self.settings.timeout,
            reraise_as_library_errors=False,
        )
        channel = connection.channel()
        if not slash:
            exchange, key = "", contact.address
            Queue(key, durable=True, channel=channel).declare()
        Producer(channel).publish(
            as_json(payload(letter)),
            exchange=exchange,
            routing_key=key,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            message_id=letter.uuid,
            timestamp=letter.created,
        )
