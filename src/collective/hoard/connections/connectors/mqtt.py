"""MQTT brokers such as Mosquitto, by paho-mqtt."""

from ..asking import asking
from ..explaining import PASSWORD
from ..explaining import SILENT
from ..interfaces import IConnector
from ..interfaces import ServiceDown
from ..interfaces import ServiceRefused
from .base import Connector
from .base import library
from collective.hoard import _
from threading import Event
from urllib.parse import urlsplit
from zope.interface import implementer


EXTRA = "mqtt"
FINE = _("The MQTT broker at ${url} answers and lets us in.")
REFUSED = _("${url} refuses the connection: ${why}")


class MqttClient:
    """One session with a broker; a thread of paho keeps it alive.

    ``paho`` is the `paho.mqtt.client.Client`.
    """

    kind = "mqtt"

    def __init__(self, settings):
        self.settings = settings
        self.url = settings.url
        self._answered = Event()
        self._reason = None
        self.paho = self._make()

    def publish(self, topic, payload, qos=1, retain=False):
        """Return when the broker has acknowledged the message.

        :raises ServiceDown: it did not, in time.
        """
        told = {"url": self.url}
        sent = self.paho.publish(topic, payload, qos=qos, retain=retain)
        try:
            sent.wait_for_publish(self.settings.timeout)
        except (RuntimeError, ValueError) as error:
            raise ServiceDown(_(SILENT, mapping=told)) from error
        if not sent.is_published():
            raise ServiceDown(_(SILENT, mapping=told))

    @property
    def connected(self):
        """Whether the session is up, as far as paho knows."""
        return self.paho.is_connected()

    def close(self):
        """Say goodbye and end the thread."""
        self.paho.disconnect()
        self.paho.loop_stop()

    def _make(self):
        mqtt = library("paho.mqtt.client", EXTRA)
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        settings = self.settings
        if settings.user:
            client.username_pw_set(settings.user, settings.secret)
        if urlsplit(settings.url).scheme == "mqtts":
            client.tls_set()
        client.connect_timeout = settings.connect_timeout
        client.on_connect = self._on_connect
        return client

    def open(self):
        """Connect; returns when the broker said yes."""
        parts = urlsplit(self.url)
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        self.paho.connect(parts.hostname, port)
        self.paho.loop_start()
        if not self._answered.wait(self.settings.timeout):
            self.close()
            raise ServiceDown(_(SILENT, mapping={"url": self.url}))
        if self._reason is not None:
            self.close()
            raise self._reason
        return self

    def _on_connect(self, client, userdata, flags, reason, properties):
        if reason.is_failure:
            told = {"url": self.url, "why": str(reason)}
            wrong = reason.value in (134, 135)  # user or password; not authorized
            self._reason = ServiceRefused(
                _(PASSWORD if wrong else REFUSED, mapping=told)
            )
        self._answered.set()


@implementer(IConnector)
class MqttConnector(Connector):
    """See `IConnector`. The client is an `MqttClient`, for one thread at a time;
    borrow it with `collective.hoard.connections.borrow`."""

    title = _("MQTT (Mosquitto)")
    schemes = ("mqtt", "mqtts")
    example = "mqtt://hoard@127.0.0.1:1883"
    extra = EXTRA

    def connect(self, settings):
        """See `IConnector`. Connects now."""
        return MqttClient(settings).open()

    def usable(self, client):
        """Whether *client* can be lent again."""
        return client.connected

    def _ask(self, settings):
        with asking(settings):
            self.connect(settings).close()
        return _(FINE, mapping={"url": settings.url})
