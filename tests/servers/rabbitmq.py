"""RabbitMQ, a node of its own with an epmd of its own."""

from .server import find
from .server import free_port
from .server import HOST
from .server import Server
import secrets


PLACES = ("/usr/lib/rabbitmq/bin",)
# Idle schedulers shall not spin on a machine that others use; other nodes are
# listened to on this machine alone.
ERLANG = "+sbwt none +sbwtdcpu none -kernel inet_dist_use_interface {127,0,0,1}"
HELLO = b"AMQP\x00\x00\x09\x01"
CONFIGURATION = """\
listeners.tcp.1 = {host}:{port}
default_user = {user_name}
default_pass = {password}
disk_free_limit.absolute = 10MB
log.console = true
log.console.level = warning
log.file = false
{more}
"""


class RabbitMQ(Server):
    """*more*: lines to add to rabbitmq.conf."""

    name = "rabbitmq"
    packages = ("rabbitmq-server",)
    user_name = "hoard"

    def __init__(self, more=""):
        super().__init__()
        self.more = more
        self.password = secrets.token_hex(8)

    @property
    def url(self):
        return f"amqp://{self.user_name}:{self.password}@{self.host}:{self.port}//"

    def programs(self):
        # Debian's wrapper in sbin changes to a user who may not write here.
        names = ("rabbitmq-server", "rabbitmqctl")
        found = {n: find_script(n) for n in names}
        return found | {"erl": find("erl"), "epmd": find("epmd")}

    def prepare(self):
        self._epmd_port = free_port()
        self._node_port = free_port()
        (self.directory / "plugins").write_text("[].\n")
        (self.directory / "rabbitmq.conf").write_text(
            CONFIGURATION.format(
                host=HOST,
                port=self.port,
                user_name=self.user_name,
                password=self.password,
                more=self.more,
            )
        )

    def command(self):
        return [find_script("rabbitmq-server")]

    def environment(self):
        return {
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "plugins"),
            "RABBITMQ_LOG_BASE": str(self.directory / "log"),
            "RABBITMQ_MNESIA_BASE": str(self.directory / "data"),
            "RABBITMQ_NODENAME": f"hoard{self.port}@localhost",
            "RABBITMQ_PID_FILE": str(self.directory / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
        }

    def answers(self):
        # The first frame of a broker that is ready: method, channel 0.
        return self.ask(HELLO, 3) == b"\x01\x00\x00"

    def control(self, *arguments):
        """Run ``rabbitmqctl``; returns what it prints."""
        self._must_be_ours()
        return self.run(find_script("rabbitmqctl"), "--quiet", *arguments)

    def limit_queues(self, pattern, length, overflow="reject-publish"):
        """Let queues whose name matches take *length* messages at most."""
        policy = f'{{"max-length": {length}, "overflow": "{overflow}"}}'
        name = ("set_policy", "--apply-to", "queues", f"limit {pattern}")
        self.control(*name, pattern, policy)

    def unlimit_queues(self, pattern):
        self.control("clear_policy", f"limit {pattern}")


def find_script(name):
    """The script that does as it is told, whoever the user is."""
    for place in PLACES:
        if path := find(f"{place}/{name}"):
            return path
    return find(name)
