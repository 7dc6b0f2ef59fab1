"""Holds back connections to addresses that the operator did not allow, whatever library opens them.

The check is where every connection of this process is: an audit hook at `socket.connect`, which sees the address that
was resolved. So neither a redirect nor a name that is resolved twice leads past it. Only what runs inside `guarded`
is held back; broker, database and store are not.
"""

import asyncio
import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from controller.core.addresses import allowed
from shared.errors import Rejected
from shared.texts import say

_private: ContextVar[bool | None] = ContextVar("private", default=None)
_installing = threading.Lock()
_installed = threading.Event()
_LOOK_UP_S = 2.0


class NotAllowedError(OSError):
    """A connection that was held back: an OSError, so that libraries treat it as one that failed."""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    private = _private.get()
    if private is None:
        return
    address = arguments[1]
    if not isinstance(address, tuple) or not allowed(str(address[0]), private=private):
        raise NotAllowedError("this address is inside a private network, and the destination may not be")


@contextmanager
def guarded(*, private: bool) -> Iterator[None]:
    """Everything in this context (tasks and threads that copy it too) connects only to allowed addresses."""
    with _installing:
        if not _installed.is_set():
            sys.addaudithook(_hook)
            _installed.set()
    token = _private.set(private)
    try:
        yield
    finally:
        _private.reset(token)


async def refuse_private(address: str, look_up: bool) -> None:
    """Refuse an http(s) address that leads nowhere but into a private network. What cannot be told now is let pass.

    `look_up`: whether a name is asked what it stands for; else only addresses in figures are told.
    """
    parts = urlsplit(address)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return
    found = await _addresses(parts.hostname, look_up=look_up)
    if found and not any(allowed(one, private=False) for one in found):
        raise Rejected("address", say("address_private"))


async def _addresses(host: str, *, look_up: bool) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    if not look_up:
        return []
    try:
        async with asyncio.timeout(_LOOK_UP_S):
            known = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        return []
    return [str(one[4][0]) for one in known]
