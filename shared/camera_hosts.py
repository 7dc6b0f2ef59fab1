"""Which hosts a network camera may be, by name and by the address that the name stands for. Pure.

Invariants, held by tests/unit/shared/test_camera_hosts.py:
1. Link-local and multicast addresses, those of nobody, and where clouds hand out credentials, are cameras only where a
   network in the list has them: a name never leads there.
2. With a list, what is in it neither by name nor by address is no camera.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import Rejected
from shared.source_url import parse_source

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")))


@dataclass(frozen=True, slots=True)
class CameraHosts:
    """The list of the node's own file; empty: every host with an address of its own."""

    names: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def allows(self, host: str, address: str) -> bool:
        """Whether a camera may be `host`, which stands for that IP address."""
        found = read_address(address)
        if found is None:
            return False
        if any(found in network for network in self.networks):
            return True
        if found in _METADATA or found.is_link_local or found.is_multicast or found.is_unspecified:
            return False
        return host.casefold().rstrip(".") in self.names or not (self.names or self.networks)

    def may_be(self, source: str) -> bool:
        """Whether a source, already read, may be a camera as far as can be said before names are looked up."""
        if parse_source(source).kind != "rtsp":
            return True
        host = urlsplit(source).hostname or ""
        if read_address(host) is not None:
            return self.allows(host, host)
        return not self.names or bool(self.networks) or host.casefold().rstrip(".") in self.names


ANY_HOST = CameraHosts()


def parse_hosts(texts: Iterable[str]) -> CameraHosts:
    """Names, addresses and networks; `Rejected` for a network with bits beyond its length."""
    names: set[str] = set()
    networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    for text in texts:
        try:
            networks.append(ipaddress.ip_network(text))
        except ValueError as fault:
            if "/" in text or ":" in text or text.replace(".", "").isdigit():
                raise Rejected("camera_hosts", f"{text!r} is no network: {fault}") from None
            names.add(text.casefold().rstrip("."))
    return CameraHosts(frozenset(names), tuple(networks))


def read_address(text: str) -> _Address | None:
    """An IP address, also one that an IPv6 address only wraps; None for what is none."""
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
