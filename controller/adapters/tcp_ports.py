"""TCP ports of this machine: which are free, and whether one can be listened on."""

import contextlib
import socket

from shared.errors import Rejected


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


def own_addresses() -> set[str]:
    """The addresses by which other hosts may know this one, as far as its name and its routes tell."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        found |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # a documentation address: only the route is looked up, nothing is sent
        found.add(str(probe.getsockname()[0]))
    return {address for address in found if "%" not in address}


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
