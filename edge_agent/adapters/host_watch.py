"""Sees that a camera's stream comes from its own host: names are looked up first, and connections looked at after."""

import contextlib
import os
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

from shared.camera_hosts import ANY_HOST, CameraHosts, read_address
from shared.errors import Rejected, Transient
from shared.source_url import Source

_PORT = 554
_INTERNET = (socket.AF_INET, socket.AF_INET6)


class HostWatch:
    """For one process: FFmpeg connects by itself, and follows a camera that sends it on to somewhere else.

    `alone`: the process speaks with one camera and nobody else, so that any other connection is the camera's doing.
    """

    def __init__(self, hosts: CameraHosts = ANY_HOST, *, alone: bool = True) -> None:
        self._alone = alone
        self._hosts = hosts
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def look_up(self, source: Source, field: str) -> None:
        """Before connecting: `Rejected` when one of its addresses is no camera's, `Transient` when it has none."""
        parts = urlsplit(source.text)
        host = parts.hostname or ""
        try:
            found = socket.getaddrinfo(host, parts.port or _PORT, type=socket.SOCK_STREAM)
        except OSError as fault:
            raise Transient(f"{source.shown}: {fault.strerror or fault}") from None
        addresses = {str(place[0]) for *_, place in found}
        for address in sorted(addresses):
            if not self._hosts.allows(host, address):
                raise Rejected(field, f"{source.shown}: {address} may not be a camera: name it in camera_hosts")
        with self._lock:
            self._known |= {_plain(address) for address in addresses}

    def look_around(self, source: Source, field: str) -> None:
        """Once connected: `Rejected` when this process speaks with a host that nobody looked up."""
        if not self._alone:
            return
        with self._lock:
            strangers = sorted(_peers() - self._known)
        if strangers:
            raise Rejected(field, f"{source.shown}: sends on to {strangers[0]}, which is not followed")


def _peers() -> set[str]:
    """The addresses at the other ends of this process's connections by TCP."""
    found: set[str] = set()
    for place in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if place.is_socket():
                with socket.socket(fileno=os.dup(int(place.name))) as one:
                    if one.family in _INTERNET and one.type == socket.SOCK_STREAM:
                        found.add(_plain(one.getpeername()[0]))
    return found


def _plain(address: str) -> str:
    return str(read_address(address) or address)
