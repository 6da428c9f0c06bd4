"""Which addresses a check may connect to.

Who may define a check could otherwise use the poller to look behind the
firewall. So the decision is made on the address that is connected to, after
names are resolved and after each redirect.
"""

from ...public_addresses import address_of
from ...public_addresses import is_public
from .interfaces import CheckSpec
from dataclasses import dataclass
import ipaddress


@dataclass(frozen=True)
class Reach:
    """What untrusted checks may reach; `denied` holds for all.

    The fields are tuples of networks.
    """

    private: bool = False
    allowed: tuple = ()
    denied: tuple = ()

    def refusal(self, address: str, trusted: bool = False) -> str | None:
        """Why a check may not connect to *address* (an IP address), or None."""
        ip = address_of(address)
        if _within(ip, self.denied):
            return f"{ip} is closed to all checks by the setting reach.denied"
        if trusted or self.private or _within(ip, self.allowed) or is_public(ip):
            return None
        return (
            f"{ip} is not a public address; the setting reach.allowed can open it"
            " to checks of this group"
        )

    def restricts(self, spec: CheckSpec) -> bool:
        """Whether anything at all is closed to *spec*."""
        return bool(self.denied) or not (spec.trusted or self.private)


def networks(texts) -> tuple:
    """:raises ValueError: One of *texts* is not a network."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def literal(host: str) -> bool:
    """Whether *host* is an IP address, not a name.

    Spellings that only some resolvers take (``127.1``, ``0x7f000001``) are
    names here: they are judged when they have been resolved.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _within(ip, nets):
    return any(ip.version == net.version and ip in net for net in nets)
