"""TCP ports of this machine: which are free, and whether one can be listened on."""

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


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
