"""The agent's end of its talk with a process that may have been taken over: it is neither obeyed nor waited for."""

import asyncio
import contextlib
import select
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from shared.errors import Rejected

Told = TypeVar("Told")

_UNHEARD_MAX = 256
_UNHEARD_BYTES_MAX = 32_000_000
_AT_ONCE = 500
_REST_S = 0.1
"""So many messages take this long at least: the agent has more to do than to hear one process."""


class ChildLine(Generic[Told]):
    """Begins at once; it ends with the process. With a `fault` nothing more is heard: the process is to be ended."""

    def __init__(
        self,
        connection: Connection,
        loop: asyncio.AbstractEventLoop,
        read: Callable[[bytes], Told],
        hear: Callable[[Told], None],
        most_bytes: int,
    ) -> None:
        """`read` makes a message of at most so many bytes, or raises `Rejected`; `hear` is called in the loop."""
        self.fault = ""
        self._connection = connection
        self._loop = loop
        self._read = read
        self._hear = hear
        self._most_bytes = most_bytes
        self._unheard = self._unheard_bytes = 0
        self._room = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="messages of a process", daemon=True)
        self._thread.start()

    def send(self, message: object) -> None:
        """Say something; one that takes nothing any more is at fault."""
        with contextlib.suppress(OSError, ValueError):
            if self._takes():
                self._connection.send(message)
            else:
                self.fault = self.fault or "its process takes no orders"

    def join(self) -> None:
        """Wait until all that the process said has been read; it has ended."""
        self._thread.join(2.0)

    def close(self) -> None:
        """Nothing is said any more."""
        self._connection.close()

    def _takes(self) -> bool:
        """Whether a short message goes out without waiting."""
        waiting = select.poll()
        waiting.register(self._connection.fileno(), select.POLLOUT)
        return bool(waiting.poll(0))

    def _run(self) -> None:
        count, since_s = 0, time.monotonic()
        with contextlib.suppress(RuntimeError):  # the loop is over
            while (data := self._next()) is not None:
                try:
                    message = self._read(data)
                except Rejected as fault:
                    self.fault = f"its process said something odd: {fault.fault}"
                    return
                self._wait_for_room(len(data))
                self._loop.call_soon_threadsafe(self._handle, message, len(data))
                count += 1
                if count % _AT_ONCE == 0:
                    time.sleep(max(0.0, _REST_S - (time.monotonic() - since_s)))
                    since_s = time.monotonic()

    def _next(self) -> bytes | None:
        try:
            return self._connection.recv_bytes(self._most_bytes)
        except (EOFError, OSError):
            if not self._connection.readable:  # nor is it once a message was too long
                self.fault = self.fault or "its process said something odd: too much at once"
            return None

    def _wait_for_room(self, count_bytes: int) -> None:
        with self._room:
            while self._unheard >= _UNHEARD_MAX or (
                self._unheard and self._unheard_bytes + count_bytes > _UNHEARD_BYTES_MAX
            ):
                self._room.wait()
            self._unheard += 1
            self._unheard_bytes += count_bytes

    def _handle(self, message: Told, count_bytes: int) -> None:
        with self._room:
            self._unheard -= 1
            self._unheard_bytes -= count_bytes
            self._room.notify()
        self._hear(message)
