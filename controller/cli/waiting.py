"""Says on standard error what a command waits for, once that takes over a second."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SILENT_S = 1.0


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """While a loop runs."""
    told = asyncio.get_running_loop().call_later(_SILENT_S, _say, what)
    try:
        yield
    finally:
        told.cancel()


def _say(what: str) -> None:
    sys.stderr.write(f"cctv: waiting for {what}\n")
    sys.stderr.flush()
