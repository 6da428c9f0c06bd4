"""Which addresses a check may connect to.

Who may define a check could otherwise use the poller to look behind the
firewall. So the decision is made on the address that is connected to, after
names are resolved and after each redirect.
"""

from .interfaces import CheckSpec
from dataclasses import dataclass
import ipaddress


#: IPv6 prefixes that carry an IPv4 address in their last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: All that IPv6 has of public addresses. Outside of it are old private ranges and
#: translations that Python takes for global: fec0::/10, 64:ff9b:1::/48, ::/96.
_PUBLIC6 = ipaddress.ip_network("2000::/3")


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
        ip = _plain(ipaddress.ip_address(address.partition("%")[0]))
        if _within(ip, self.denied):
            return f"{ip} is closed to all checks by the setting reach.denied"
        if trusted or self.private or _within(ip, self.allowed):
            return None
        if ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in _PUBLIC6):
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


def _plain(ip):
    """The IPv4 address inside of an IPv6 one, where there is one."""
    if ip.version == 4:
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour
    if inner is None and ip.teredo:
        inner = ip.teredo[1]
    if inner is None and ip in _NAT64:
        inner = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
    return inner or ip
