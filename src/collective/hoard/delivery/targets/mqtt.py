"""Messages to the topics of an MQTT broker, as Mosquitto."""

from ...connections import asking
from ...connections import pools
from ...connections.connectors.base import library
from ...connections.connectors.mqtt import EXTRA
from ...connections.connectors.mqtt import MqttClient
from ...connections.interfaces import ConnectionsError
from ...connections.interfaces import ServiceDown
from ...forms.interfaces import Field
from ..routing import route
from ..routing import route_problem
from .base import as_json
from .base import down
from .base import refused
from .base import service
from .base import TargetKind
from collective.hoard import _
from urllib.parse import urlsplit


VERSIONS = ("3.1.1", "5")
VERSION_OPTIONS = [
    {"value": "5", "title": _("5: the broker says why it refuses something")},
    {"value": "3.1.1", "title": _("3.1.1: for older brokers")},
]
MAX_TOPIC = 65_535
#: Answers to a message that say: not this one, ever. Others may pass.
FOR_GOOD = (0x87, 0x90, 0x95, 0x99)


class Mqtt(TargetKind):
    """``send`` returns when the broker has acknowledged the message (QoS 1)."""

    title = _("MQTT (Mosquitto)")
    order = 30
    options = (
        Field(
            "service",
            "text",
            _("Connection"),
            _("Its name in the control panel, as: mqtt"),
            True,
            "mqtt",
        ),
        Field(
            "topic",
            "text",
            _("Topic"),
            _("May have placeholders, as: ${example}"),
            True,
            "hoard/${form:id}/${submission:event}",
        ),
        Field(
            "retain",
            "yes_no",
            _("Keep the last message of a topic (retained)"),
            _("Who subscribes later gets it at once. It stays in the broker."),
        ),
        Field(
            "protocol",
            "one_of",
            _("Version of MQTT"),
            "",
            True,
            "5",
            {"options": VERSION_OPTIONS, "appearance": "radio"},
        ),
    )

    def problems(self, options):
        topic = options.get("topic", "")
        problem = route_problem(topic, "", "#+\x00")
        if problem:
            yield "topic", problem
        elif topic.startswith("$"):
            if not topic.startswith("${"):
                yield "topic", _("Topics that begin with $ belong to the broker.")
        if options.get("protocol") not in VERSIONS:
            names = {"names": ", ".join(VERSIONS)}
            yield "protocol", _("Must be one of: ${names}", mapping=names)

    def send(self, site, target, id, data):
        options = target.options
        settings = service(site, options["service"], "mqtt")
        topic = route(options["topic"], data, MAX_TOPIC)
        retain = bool(options.get("retain"))
        try:
            with asking(settings):
                pool = _pool(settings, options["protocol"])
                with pool.borrow() as (session, _used):
                    answer = session.tell(id, topic, as_json(id, data), retain)
        except ConnectionsError as error:
            raise down(error.message) from None
        told = {"topic": topic, "reason": str(answer)}
        if answer is not None and answer.is_failure:
            text = _("The broker refuses the topic ${topic}: ${reason}", mapping=told)
            raise (refused if answer.value in FOR_GOOD else down)(text)
        return _("The broker has it: topic ${topic}.", mapping=told)


class Session(MqttClient):
    """A session that says how the broker answered each message."""

    def __init__(self, settings, protocol):
        self._protocol = protocol
        self._answers = {}
        super().__init__(settings)

    def tell(self, id, topic, payload, retain):
        """Publish with QoS 1; the reason code of the acknowledgement, None where
        the protocol has none.

        :raises ServiceDown: it was not acknowledged in time.
        """
        self._answers.clear()
        sent = self.paho.publish(
            topic, payload, qos=1, retain=retain, properties=self._properties(id)
        )
        try:
            sent.wait_for_publish(self.settings.timeout)
        except (RuntimeError, ValueError) as error:
            raise ServiceDown(_(LOST, mapping={"url": self.url})) from error
        if not sent.is_published():
            raise ServiceDown(_(LOST, mapping={"url": self.url}))
        return self._answers.get(sent.mid)

    def _make(self):
        mqtt = library("paho.mqtt.client", EXTRA)
        version = mqtt.MQTTv5 if self._protocol == "5" else mqtt.MQTTv311
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=version)
        if self.settings.user:
            client.username_pw_set(self.settings.user, self.settings.secret)
        if urlsplit(self.url).scheme == "mqtts":
            client.tls_set()
        client.connect_timeout = self.settings.connect_timeout
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        return client

    def _on_publish(self, client, userdata, mid, reason, properties):
        self._answers[mid] = reason

    def _properties(self, id):
        if self._protocol != "5":
            return None
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        found = Properties(PacketTypes.PUBLISH)
        found.ContentType = "application/json"
        found.UserProperty = ("message-id", id)
        return found


LOST = _("${url} has not acknowledged the message in time. It is sent again.")


def _pool(settings, protocol):
    key = ("delivery", protocol, settings.url, settings.secret_reference)
    return pools.pool(
        (*key, settings.secret),
        settings.url,
        lambda: Session(settings, protocol).open(),
        lambda session: session.close(),
        usable=lambda session: session.connected,
        wait=settings.timeout,
    )
