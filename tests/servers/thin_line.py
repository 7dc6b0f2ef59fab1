"""A line between a node and its centre: TCP proxies whose clients share one rate, which may change at any time."""

import asyncio
import contextlib
import socket
from types import TracebackType
from typing import Self

_PIECE_BYTES = 2_048
_ROOM_BYTES = 16_384  # of the kernel's, for each connection: what a router would hold


class ThinLine:
    """What clients send passes at `rate_bytes_s` together (None: at once), in turn; answers pass freely."""

    def __init__(self) -> None:
        self.rate_bytes_s: int | None = None
        self.connections = 0
        self._free_s = 0.0
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def to(self, port: int) -> int:
        """A loopback port that leads over this line to another one."""
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM_BYTES)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(self._up(reader, far_writer), self._down(far_reader, writer))
            except (OSError, asyncio.CancelledError):
                pass
            finally:
                self._tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(connected, sock=listening, limit=_PIECE_BYTES)
        self._servers.append(server)
        return int(listening.getsockname()[1])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.closing(writer):
            while piece := await reader.read(_PIECE_BYTES):
                if self.rate_bytes_s is not None:
                    self._free_s = max(self._free_s, loop.time()) + len(piece) / self.rate_bytes_s
                    await asyncio.sleep(self._free_s - loop.time())
                writer.write(piece)
                await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
