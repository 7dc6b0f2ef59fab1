"""Reads one camera process's messages in a thread and has them handled in the loop, a bounded number at a time."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from edge_agent.adapters.camera_wire import ToAgent

_UNREAD_MAX = 256


class CameraReader:
    """Begins at once; it ends with the process."""

    def __init__(
        self, connection: Connection, loop: asyncio.AbstractEventLoop, hear: Callable[[ToAgent], None]
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._hear = hear
        self._room = threading.Semaphore(_UNREAD_MAX)
        self._thread = threading.Thread(target=self._run, name="camera messages", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until all that the process said has been read; it has ended."""
        self._thread.join(2.0)

    def _run(self) -> None:
        with contextlib.suppress(EOFError, OSError, RuntimeError):
            while True:
                message = self._connection.recv()
                self._room.acquire()
                self._loop.call_soon_threadsafe(self._handle, message)

    def _handle(self, message: ToAgent) -> None:
        self._room.release()
        self._hear(message)
