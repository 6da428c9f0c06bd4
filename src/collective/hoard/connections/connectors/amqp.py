"""AMQP brokers such as RabbitMQ, by kombu."""

from ..asking import asking
from ..interfaces import IConnector
from .base import Connector
from .base import library
from .trusting import trusted
from collective.hoard import _
from contextlib import closing
from select import select
from urllib.parse import unquote
from urllib.parse import urlsplit
from zope.interface import implementer


EXTRA = "amqp"
FINE = _("${product} ${version} answers; the virtual host is ${vhost}.")


@implementer(IConnector)
class AmqpConnector(Connector):
    """See `IConnector`. The client is a connected `kombu.Connection`, for one
    thread at a time; borrow it with `collective.hoard.connections.borrow`.

    Its channels confirm each message: ``publish`` returns when the broker has it.
    """

    title = _("AMQP (RabbitMQ)")
    schemes = ("amqp", "amqps")
    example = "amqp://hoard@127.0.0.1:5672//"
    extra = EXTRA

    def connect(self, settings):
        """See `IConnector`. Connects now."""
        kombu = library("kombu", EXTRA)
        parts = urlsplit(settings.url)
        secure = parts.scheme == "amqps"
        connection = kombu.Connection(
            hostname=parts.hostname,
            port=parts.port or (5671 if secure else 5672),
            userid=unquote(parts.username or "guest"),
            password=settings.secret or ("" if parts.username else "guest"),
            virtual_host=unquote(parts.path[1:]) or "/",
            transport="pyamqp",
            ssl=_tls(parts.hostname) if secure else False,
            connect_timeout=settings.connect_timeout,
            transport_options={
                "confirm_publish": True,
                "read_timeout": settings.timeout,
                "write_timeout": settings.timeout,
            },
        )
        try:
            # connect() would sleep for two seconds before its second try.
            connection.ensure_connection(
                max_retries=1, interval_start=0, interval_step=0
            )
        except BaseException:
            connection.release()
            raise
        return connection

    def close(self, client):
        """See `IConnector`."""
        client.release()

    def usable(self, client):
        """Whether *client* can be lent again.

        A broker speaks to an idle publisher only to end the session.
        """
        if not client.connected:
            return False
        readable, _writable, _errors = select([client.connection.sock], [], [], 0)
        return not readable

    def _ask(self, settings):
        with asking(settings), closing(self.connect(settings)) as client:
            about = client.connection.server_properties
            told = {
                "product": about.get("product", "AMQP"),
                "version": about.get("version", ""),
                "vhost": client.virtual_host,
            }
        return _(FINE, mapping=told)


def _tls(host):
    """Check the broker's certificate, and that it is the broker's."""
    import ssl

    file, _directory = trusted()
    return {
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": file,
        "server_hostname": host,
    }
