"""TCP ports of this machine: which are free, and whether one can be listened on."""

import contextlib
import fcntl
import socket
import struct
from array import array
from ipaddress import ip_address
from pathlib import Path

from shared.errors import Rejected

_SIOCGIFCONF = 0x8912
_MOST_INTERFACES = 128
_ENTRY_BYTES = struct.calcsize("16s16s8x")  # a name, an address, and the rest of a union
_ADDRESS_AT = 20
_INTERFACES_V6 = Path("/proc/net/if_inet6")
_EVERYWHERE = "00"
_PASSING = 0x01 | 0x08 | 0x20 | 0x40  # temporary, found twice, out of date, not tried yet


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """Whether `port` can be listened on now."""
    try:
        require_free(host, port, "port")
    except Rejected:
        return False
    return True


def require_free(host: str, port: int, field: str) -> None:
    """Raise `Rejected` when `port` cannot be listened on, and say what to do."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            told = fault.strerror or str(fault)
            raise Rejected(field, f"cannot listen on {host} port {port} ({told}): choose another port") from None


def own_addresses() -> list[str]:
    """The addresses by which other hosts may know this one; the one that its routes take comes first."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # a documentation address: only the route is looked up, nothing is sent
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    # A network of its own has no way out, and Debian's name for this host is 127.0.1.1: the interfaces know better.
    with contextlib.suppress(OSError):
        found += _addresses_v4()
    with contextlib.suppress(OSError):
        found += lasting_v6(_INTERFACES_V6.read_text("ascii"))
    return list(dict.fromkeys(address for address in found if "%" not in address))


def _addresses_v4() -> list[str]:
    """What the kernel has on its interfaces (netdevice(7))."""
    room = array("B", bytes(_MOST_INTERFACES * _ENTRY_BYTES))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        filled = fcntl.ioctl(asking, _SIOCGIFCONF, struct.pack("iL", len(room), room.buffer_info()[0]))
    entries = range(0, struct.unpack("iL", filled)[0], _ENTRY_BYTES)
    return [socket.inet_ntoa(room[at + _ADDRESS_AT : at + _ADDRESS_AT + 4].tobytes()) for at in entries]


def lasting_v6(table: str) -> list[str]:
    """Of the kernel's table those that reach beyond a wire and stay: a temporary one would be another tomorrow."""
    lines = [line.split() for line in table.splitlines()]
    return [
        str(ip_address(bytes.fromhex(line[0])))
        for line in lines
        if len(line) >= 5 and line[3] == _EVERYWHERE and not int(line[4], 16) & _PASSING  # noqa: PLR2004 - columns
    ]


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
