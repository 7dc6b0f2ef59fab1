"""Holds back connections to addresses that the operator did not allow, whatever library opens them.

The check is where every connection of this process is: an audit hook at `socket.connect`, which sees the address that
was resolved. So neither a redirect nor a name that is resolved twice leads past it. Only what runs inside `guarded`
is held back; broker, database and store are not.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from controller.core.addresses import allowed

_private: ContextVar[bool | None] = ContextVar("private", default=None)
_installing = threading.Lock()
_installed = threading.Event()


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
