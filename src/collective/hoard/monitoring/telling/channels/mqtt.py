"""By MQTT: one retained topic a check, so that who comes later knows, too."""

from ..interfaces import Refused
from ..interfaces import TargetDown
from .payload import as_json
from .payload import item
from .settings import secret
from urllib.parse import quote
from urllib.parse import urlsplit


class MqttChannel:
    """See `interfaces.Channel`; the address is the beginning of the topics."""

    def __init__(self, settings):
        self.settings = settings

    def send(self, contact, letter):
        prefix = contact.address.rstrip("/")
        if not prefix or set(prefix) & set("+#\0"):
            raise Refused(f"{contact.address!r} is no beginning of a topic.")
        client = self.client(letter.uuid)
        try:
            self.connect(client)
            try:
                # The oldest first: of one check, the newest stays.
                waiting = [
                    client.publish(topic(prefix, line), body(letter, line), 1, True)
                    for line in sorted(letter.lines, key=lambda line: line.id)
                ]
                for info in waiting:
                    info.wait_for_publish(self.settings.timeout)
                    if not info.is_published():
                        raise TargetDown("The MQTT broker did not acknowledge in time.")
            finally:
                client.disconnect()
                client.loop_stop()
        except (OSError, ValueError, RuntimeError) as error:
            raise TargetDown(f"The MQTT broker did not take it: {error}") from error

    def client(self, uuid):
        from paho.mqtt.client import CallbackAPIVersion
        from paho.mqtt.client import Client

        client = Client(CallbackAPIVersion.VERSION2, client_id=f"hoard-{uuid[:13]}")
        if self.settings.user:
            client.username_pw_set(self.settings.user, secret(self.settings.password))
        client.connect_timeout = self.settings.timeout
        # More than the default of 20 may be on their way: a storm is one letter.
        client.max_inflight_messages_set(200)
        client.max_queued_messages_set(0)
        return client

    def connect(self, client):
        url = urlsplit(self.settings.url)
        if url.scheme == "mqtts":
            client.tls_set()
        port = url.port or (8883 if url.scheme == "mqtts" else 1883)
        client.connect(url.hostname or "localhost", port)
        client.loop_start()


def topic(prefix, line):
    # A slash would be a level of topics, + and # are wildcards.
    return f"{prefix}/{quote(line.name, safe=' ')}"


def body(letter, line):
    return as_json({**item(line), "id": letter.uuid, "created": letter.created})
