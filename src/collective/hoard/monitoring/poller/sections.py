"""The sections of the configuration file with their defaults."""

from dataclasses import dataclass
from dataclasses import field


@dataclass(frozen=True)
class Database:
    #: A path, sqlite:////path, postgresql://user@host/name, or a reference.
    url: str = "hoard-monitoring.db"


@dataclass(frozen=True)
class Poller:
    """`batch`: rows at most in one transaction; `spool`: samples kept in memory
    while the database cannot be written; `patience`: seconds for a clean end."""

    name: str = "local"
    concurrency: int = 200
    processes: int = 8
    batch: int = 4000
    flush: float = 1.0
    spool: int = 200_000
    spool_file: str = ""
    patience: float = 10.0
    clock_settle: float = 60.0
    housekeeping: float = 60.0


@dataclass(frozen=True)
class Http:
    """The server for results, lists and events; off where `listen` is empty.

    `origins`: other sites whose pages may listen to events. `max_bytes`: of
    one request. `events_secret`: signs the tokens of event streams.
    `metrics_secret`: the bearer token for `/metrics` and `/lamp.json`; without it only
    this machine may ask for them.
    """

    listen: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    origins: tuple = ()
    max_bytes: int = 1_000_000
    max_results: int = 1000
    events_secret: str = ""
    metrics_secret: str = ""
    max_clients: int = 2000

    def address(self):
        """(host, port), or None."""
        host, _, port = self.listen.rpartition(":")
        if not port.isdigit() or not host or int(port) > 65_535:
            return None
        return host.strip("[]"), int(port)


@dataclass(frozen=True)
class ReachSettings:
    """Networks that checks of other groups than the trusted may connect to."""

    private: bool = False
    allowed: tuple = ()
    denied: tuple = ()


@dataclass(frozen=True)
class Checks:
    """`trusted_groups`: owner groups whose checks may reach anything, run
    commands and use secrets; checks without a group are the site's own."""

    trusted_groups: tuple = ("Administrators", "Site Administrators", "Managers")
    trust_without_group: bool = True
    secrets: tuple = ()
    user_agent: str = "hoard-poller"
    ca_file: str = ""
    nameservers: tuple = ()
    quick_handshakes: bool = True


@dataclass(frozen=True)
class Exec:
    commands: dict = field(default_factory=dict)
    directories: tuple = ()


@dataclass(frozen=True)
class Mail:
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    sender: str = ""
    #: "none", "starttls" or "tls"
    tls: str = "none"
    timeout: float = 20.0


@dataclass(frozen=True)
class Satellite:
    """`centre`: address of the poller that the results go to. `spool`: file
    for what could not be sent; bounded by `max_age` seconds and `max_bytes`.
    `replay`: how many times the live rate old results are sent."""

    centre: str = ""
    token: str = ""
    spool: str = "hoard-satellite.db"
    max_age: int = 86_400
    max_bytes: int = 200_000_000
    replay: float = 5.0
    ca_file: str = ""
    insecure: bool = False


@dataclass(frozen=True)
class MqttTopic:
    """`check`: the name of the check; {topic} and {1}, {2} ... for the topic
    and what its wildcards stand for. Empty: the message says it itself."""

    url: str
    topic: str = "hoard/results"
    source: str = "mqtt"
    check: str = ""
    value: str = "value"
    unit: str = ""
    user: str = ""
    password: str = ""
    ca_file: str = ""


@dataclass(frozen=True)
class AmqpQueue:
    url: str
    queue: str = "hoard-results"
    source: str = "amqp"
    password: str = ""
