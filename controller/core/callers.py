"""Which addresses may connect at all. Pure.

Invariants, held by tests/unit/controller/core/test_callers.py:
1. Without networks everybody may; with networks who is in none of them may not, and neither may who has no address.
2. An IPv4 address that an IPv6 one only wraps counts as itself.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may connect, through which proxies, and from pages of which other sites."""

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    proxies: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def may(self, address: str | None) -> bool:
        """Whether who connects from this IP address may."""
        if not self.networks:
            return True
        try:
            found = ipaddress.ip_address((address or "").partition("%")[0])
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)


def callers(networks: Iterable[str], proxies: Iterable[str], origins: Iterable[str]) -> Callers:
    """From checked texts; raises ValueError for what is no network."""
    return Callers(tuple(ipaddress.ip_network(one) for one in networks), tuple(_wrapped(proxies)), tuple(origins))


def _wrapped(proxies: Iterable[str]) -> Iterable[str]:
    """Each proxy as it calls, also where IPv4 comes through a socket of IPv6."""
    for text in proxies:
        network = ipaddress.ip_network(text)
        yield str(network)
        if isinstance(network, ipaddress.IPv4Network):
            yield f"::ffff:{network.network_address}/{96 + network.prefixlen}"


EVERYBODY = Callers()
