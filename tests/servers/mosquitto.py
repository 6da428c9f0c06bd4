"""Mosquitto, the MQTT broker."""

from .server import find
from .server import HOST
from .server import Server
import os


# A clean session of the client "look" by MQTT 3.1.1, 60 s keep-alive.
CONNECT = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04look"
CONFIGURATION = """\
listener {port} {host}
allow_anonymous {anonymous}
# Written at every change: what is acknowledged survives a kill.
persistence true
persistence_location {directory}/
autosave_interval 1
autosave_on_changes true
{more}
"""


class Mosquitto(Server):
    """*users*: name -> password; without any, everybody may log in.

    *more*: lines to add to the configuration.
    """

    name = "mosquitto"
    packages = ("mosquitto",)

    def __init__(self, users=None, more=""):
        super().__init__()
        self.users = users or {}
        self.more = more

    @property
    def url(self):
        return f"mqtt://{self.host}:{self.port}"

    def programs(self):
        return {name: find(name) for name in ("mosquitto", "mosquitto_passwd")}

    def prepare(self):
        text = CONFIGURATION.format(
            port=self.port,
            host=HOST,
            anonymous="false" if self.users else "true",
            directory=self.directory,
            more=self.more,
        )
        if self.users:
            text += f"password_file {self._write_passwords()}\n"
        if os.geteuid() == 0:
            # Else it changes to a user who may not write here.
            text += "user root\n"
        (self.directory / "mosquitto.conf").write_text(text)

    def _write_passwords(self):
        path = self.directory / "passwords"
        path.touch(mode=0o600)
        for name, password in self.users.items():
            self.run(find("mosquitto_passwd"), "-b", path, name, password)
        return path

    def command(self):
        return [find("mosquitto"), "-c", self.directory / "mosquitto.conf"]

    def answers(self):
        # A CONNACK, be it that nobody without a password is let in.
        return self.ask(CONNECT, 2) == b"\x20\x02"
