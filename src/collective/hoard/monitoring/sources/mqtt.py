"""An MQTT topic as a source: each message is a result, or a sensor's number."""

from ..poller.configuration import secret
from ..poller.incoming import ResultRefused
from .intake import Intake
from .intake import rows_of
from paho.mqtt.client import CallbackAPIVersion
from paho.mqtt.client import Client
from paho.mqtt.client import topic_matches_sub
from urllib.parse import urlsplit
import asyncio
import logging


logger = logging.getLogger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}
#: Seconds between two tries to reach the broker, at least and at most.
RECONNECT = (1, 60)


class MqttSource:
    """``async with``: the topic is subscribed to; see `sections.MqttTopic`.

    A message is acknowledged when it is stored, so the broker keeps what
    comes while the poller or its database is away.
    """

    def __init__(self, service, settings):
        self._settings = settings
        self._intake = Intake(service, settings.source)
        self._name = f"hoard-{service.configuration.poller.name}-{settings.source}"

    async def __aenter__(self):
        self._loop = asyncio.get_running_loop()
        await self._intake.open()
        self._client = self._connect()
        return self

    async def __aexit__(self, *_):
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _connect(self):
        settings = self._settings
        url = urlsplit(secret(settings.url))
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._name,
            clean_session=False,
            manual_ack=True,
        )
        user = settings.user or url.username
        if user:
            client.username_pw_set(user, secret(settings.password) or url.password)
        if url.scheme == "mqtts":
            client.tls_set(settings.ca_file or None)
        client.reconnect_delay_set(*RECONNECT)
        client.on_connect, client.on_message = self._connected, self._came
        client.on_disconnect = self._gone
        client.connect_async(url.hostname, url.port or PORTS[url.scheme])
        client.loop_start()
        return client

    def _connected(self, client, _, flags, reason, properties):
        if reason.is_failure:
            logger.error("The MQTT broker refuses us: %s", reason)
            return
        client.subscribe(self._settings.topic, qos=1)
        logger.info("Listening to the MQTT topic %s", self._settings.topic)

    def _gone(self, client, _, flags, reason, properties):
        if reason.is_failure:
            logger.warning("The MQTT broker is away: %s", reason)

    def _came(self, client, _, message):
        """In paho's thread."""
        work = self._take(message.topic, message.payload, message.retain)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.add_done_callback(lambda done: self._acknowledge(message, done))

    def _acknowledge(self, message, done):
        if done.cancelled():
            # We end; the broker keeps it for the next start.
            return
        if error := done.exception():
            # A broker brings what is not acknowledged again, for ever, and
            # nothing behind it: what we cannot store now we never can.
            logger.error(
                "MQTT topic %s: a message is left out", message.topic, exc_info=error
            )
        self._client.ack(message.mid, message.qos)

    async def _take(self, topic, payload, retained):
        settings = self._settings
        try:
            check = named(settings.check, settings.topic, topic)
            rows = rows_of(payload, check, settings.value, settings.unit)
        except ResultRefused as error:
            logger.warning("MQTT topic %s: %s", topic, error)
            return
        if retained:
            # Kept by the broker since who knows when: without a time of its
            # own it would make a dead sensor look alive.
            rows = [row for row in rows if isinstance(row, dict) and "time" in row]
        if rows:
            await self._intake.take(rows)


def named(template: str, pattern: str, topic: str) -> str:
    """The name of the check for *topic*: {topic}, and {1} ... for the wildcards."""
    if not template or not topic_matches_sub(pattern, topic):
        return ""
    name = template.replace("{topic}", topic)
    number, parts = 0, topic.split("/")
    for place, word in enumerate(pattern.split("/")):
        if word in "+#":
            number += 1
            found = "/".join(parts[place:]) if word == "#" else parts[place]
            name = name.replace(f"{{{number}}}", found)
    return name
