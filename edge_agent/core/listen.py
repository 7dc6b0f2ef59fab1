"""Where the node's own server listens, and under which names it may be called. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

from shared.errors import Rejected

_PLACE = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+)):(?P<port>[0-9]{1,5})")
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]{1,253}))(?::[0-9]{1,5})?")
_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class Listen:
    """An address of this machine and a port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return ip_address(self.host).is_loopback


def parse_listen(text: str, field: str = "server.listen") -> Listen:
    """Read `127.0.0.1:8880` or `[::1]:8880`; raises `Rejected`. No names: one may mean another address tomorrow."""
    found = _PLACE.fullmatch(text)
    what = "is no address and port (127.0.0.1:8880, [::1]:8880)"
    if found is None:
        raise Rejected(field, what)
    try:
        address = ip_address(found["six"] or found["four"])
    except ValueError:
        raise Rejected(field, what) from None
    port = int(found["port"])
    if port not in _PORTS:
        raise Rejected(field, f"{port} is no port")
    return Listen(str(address), port)


def host_fits(listen: Listen, names: Collection[str], header: str) -> bool:
    """Whether a request's Host header means this server: a page of another site that was given our address does not.

    An address means nobody else; a name counts only when it is `localhost` on loopback or one of `names`.
    """
    found = _HOST.fullmatch(header)
    if found is None:
        return False
    name = found["six"] or found["name"].lower()
    try:
        given = ip_address(name)
    except ValueError:
        return name in names or (name == "localhost" and listen.is_loopback)
    own = ip_address(listen.host)
    return own.is_unspecified or given == own or (given.is_loopback and own.is_loopback)
