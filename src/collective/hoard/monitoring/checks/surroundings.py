"""What the configuration says to every check."""

from .reach import Reach
from .secrets import Secrets
from dataclasses import dataclass
from dataclasses import field


class Unread(Secrets):
    """Secrets of another process: whether they are there is not for us to say."""

    def _one(self, reference, trusted):
        return "" if trusted else super()._one(reference, trusted)


class AnyCommand(dict):
    """Commands of another process: each that has a name may be one."""

    def __contains__(self, name):
        return bool(name)

    def __getitem__(self, name):
        return name


@dataclass(frozen=True)
class Surroundings:
    """`commands`: {name: path} for exec checks; `directories`: where any may be.

    `ca_file`: trusted certificates, the system's where empty. `nameservers`:
    IP addresses for DNS checks that name none. `quick_handshakes`: HTTPS checks of
    sites that are well may use a faster library, where it is installed.
    """

    reach: Reach = Reach()
    secrets: Secrets = Secrets()
    user_agent: str = "hoard-poller"
    ca_file: str | None = None
    commands: dict = field(default_factory=dict)
    directories: tuple = ()
    nameservers: tuple = ()
    quick_handshakes: bool = True


def elsewhere() -> Surroundings:
    """For looking at checks that another process runs, by its own settings."""
    return Surroundings(secrets=Unread(), commands=AnyCommand())
