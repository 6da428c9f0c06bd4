"""Which IP addresses are public: the one judgement for checks and for webhooks.

Who may name a target could otherwise use the server to look behind the firewall.
Only the standard library is imported, so that every package may use it.
"""

import ipaddress


#: IPv6 prefix that carries an IPv4 address in its last 32 bits (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: All that IPv6 has of public addresses (RFC 4291). Outside of it are old private
#: ranges and translations that Python takes for global: fec0::/10,
#: 64:ff9b:1::/48, ::/96.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


def address_of(text: str):
    """The `ipaddress` object of *text*, without the zone of a link-local one.

    Of an IPv6 address that carries one of IPv4 it is the latter: that is where
    packets go in the end.

    :raises ValueError: *text* is no IP address.
    """
    ip = ipaddress.ip_address(text.partition("%")[0])
    return ip if ip.version == 4 else _carried(ip) or ip


def is_public(ip) -> bool:
    """Whether *ip*, as `address_of` returns it, is one of the Internet's hosts."""
    if not ip.is_global or ip.is_multicast:
        return False
    return ip.version == 4 or ip in _GLOBAL_UNICAST


def _carried(ip):
    if ip in _NAT64:
        return ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
