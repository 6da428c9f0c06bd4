"""Mosquitto, the MQTT broker."""

from .server import find
from .server import HOST
from .server import Server
import os


# A clean session of the client "look" by MQTT 3.1.1, 60 s keep-alive.
CONNECT = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04look"
CONFIGURATION = """\
listener {port} {host}
allow_anonymous true
# Written at every change: what is acknowledged survives a kill.
persistence true
persistence_location {directory}/
autosave_interval 1
autosave_on_changes true
{more}
"""


class Mosquitto(Server):
    """*more*: lines to add to the configuration."""

    name = "mosquitto"
    packages = ("mosquitto",)

    def __init__(self, more=""):
        super().__init__()
        self.more = more

    @property
    def url(self):
        return f"mqtt://{self.host}:{self.port}"

    def programs(self):
        return {"mosquitto": find("mosquitto")}

    def prepare(self):
        text = CONFIGURATION.format(
            port=self.port, host=HOST, directory=self.directory, more=self.more
        )
        if os.geteuid() == 0:
            # Else it changes to a user who may not write here.
            text += "user root\n"
        (self.directory / "mosquitto.conf").write_text(text)

    def command(self):
        return [find("mosquitto"), "-c", self.directory / "mosquitto.conf"]

    def answers(self):
        return self.ask(CONNECT, 4) == b"\x20\x02\x00\x00"
