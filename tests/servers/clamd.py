"""clamd, the virus scanner, with one signature: EICAR's test file."""

from .server import find
from .server import HOST
from .server import Server


# In pieces, so that no scanner takes this file, or a log, for an infected one.
EICAR = b"".join(
    [rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"]
)
#: What clamd calls it.
SIGNATURE = "Hoard.Test.Eicar.UNOFFICIAL"
CONFIGURATION = """\
Foreground yes
TCPSocket {port}
TCPAddr {host}
DatabaseDirectory {directory}/signatures
TemporaryDirectory {directory}
StreamMaxLength {stream_max}
MaxThreads 4
# There is no official database here, nor a network to get one from.
SelfCheck 0
"""


class Clamd(Server):
    """*stream_max*: the longest stream that it takes, clamd's own notation."""

    name = "clamd"
    packages = ("clamav-daemon",)

    def __init__(self, stream_max="25M"):
        super().__init__()
        self.stream_max = stream_max

    @property
    def url(self):
        return f"tcp://{self.host}:{self.port}"

    def programs(self):
        return {"clamd": find("clamd")}

    def prepare(self):
        signatures = self.directory / "signatures"
        signatures.mkdir()
        name = SIGNATURE.removesuffix(".UNOFFICIAL")
        (signatures / "test.ndb").write_text(f"{name}:0:*:{EICAR.hex()}\n")
        (self.directory / "clamd.conf").write_text(
            CONFIGURATION.format(
                port=self.port,
                host=HOST,
                directory=self.directory,
                stream_max=self.stream_max,
            )
        )

    def command(self):
        return [find("clamd"), "--config-file", self.directory / "clamd.conf"]

    def answers(self):
        return self.ask(b"zPING\0", 5) == b"PONG\0"
