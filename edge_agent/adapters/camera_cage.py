"""What the process of one camera may do: no program, its ring alone, and from its connecting on no other connection."""

import resource
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import structlog

from edge_agent.adapters.camera_wire import CameraOrder
from shared.confine import keep_to_files, refuse_calls
from shared.errors import Broken
from shared.source_url import parse_source

log = structlog.get_logger("camera")

_SENDS = frozenset({"sendto", "sendmsg", "sendmmsg"})
_CONNECTS = _SENDS | {"connect"}
_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
"""Of the hosts, and by which the resolver asks for this machine's addresses. By a local socket the fork server takes
orders, from everybody of the agent's user."""
_NAMES = (
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/nsswitch.conf",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/localtime",
    "/etc/ssl",
    "/run/systemd/resolve",
)
"""What looking names up reads; nothing else of /etc, where keys and passwords of cameras may lie."""


@dataclass(frozen=True, slots=True)
class CameraCage:
    """For a process of its own; what it takes never comes back.

    A camera with a second stream connects again and again in the same process, so that door stays open. A name
    under `.local` is asked for by a local socket.
    """

    folder: Path
    reads: Sequence[Path] = ()
    connects: bool = True
    connects_again: bool = False
    asks_avahi: bool = False

    @classmethod
    def of(cls, order: CameraOrder) -> Self | None:
        """None: a camera of this machine, whose library starts programs and opens devices; or a rendered scene."""
        source = parse_source(order.source)
        if source.module is not None or source.device is not None:
            return None
        match source.kind:
            case "rtsp":
                again = order.sub_source is not None
                return cls(order.folder, connects_again=again, asks_avahi=any(map(_is_local, _sources(order))))
            case "file":
                return cls(order.folder, (Path(source.text),), connects=False)
            case _:
                return None

    def enter(self) -> None:
        """Before any other thread is there."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _told(self._enter)

    def shut(self) -> None:
        """Once connected."""
        if self.connects and not self.connects_again:
            _told(lambda: refuse_calls(_SENDS))

    def _enter(self) -> None:
        if not keep_to_files(reads=[*map(Path, _NAMES), *self.reads], writes=[self.folder]):
            log.info("camera process may open any file: this kernel has no Landlock")
        families = (*_FAMILIES, socket.AF_UNIX) if self.asks_avahi else _FAMILIES
        refuse_calls(_CONNECTS if self.connects else (), families if self.connects else ())


def _sources(order: CameraOrder) -> Sequence[str]:
    return [order.source] if order.sub_source is None else [order.source, order.sub_source]


def _is_local(source: str) -> bool:
    return (urlsplit(source).hostname or "").endswith(".local")


def _told(confining: Callable[[], None]) -> None:
    """Recording is worth more than a cage: what cannot be taken is told, here and by `cctv-edge check`."""
    try:
        confining()
    except Broken as fault:
        log.warning("camera process not confined", reason=str(fault))


def _try() -> str:
    """What this machine can take from a process; for a process that ends at once."""
    try:
        files = keep_to_files()
        refuse_calls()
    except Broken as fault:
        return f"no: {fault}"
    return "all" if files else "calls"


if __name__ == "__main__":
    sys.stdout.write(_try())
