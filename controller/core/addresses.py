"""Which network addresses a message may be sent to. Pure."""

import ipaddress

_METADATA = frozenset({ipaddress.ip_address("169.254.169.254"), ipaddress.ip_address("fd00:ec2::254")})
"""Where clouds hand out credentials: never a destination."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def allowed(address: str, *, private: bool) -> bool:
    """Whether a connection to this IP address is one that the operator allowed. `private`: own networks too."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        found = _inside(found)
    if found in _METADATA or found.is_multicast or found.is_unspecified:
        return False
    return private or found.is_global


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one only wraps."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address
