"""A server that receives messages, or does what bad ones do: answers late, never, with garbage, refuses, leads away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

Manner = Literal["ok", "slow", "never", "garbage", "refuse", "redirect", "drip"]


@dataclass(slots=True)
class Receiver:
    """Every request that came whole: its head's lines by name, and its body."""

    manner: Manner = "ok"
    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)  # ends what is slow, or never answers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(fields.get("content-length", "0")))
            self.got.append((fields, body))
            self.arrived.set()
            await self._answer(writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        match self.manner:
            case "slow" | "never":
                await self.release.wait()
                if self.manner == "never":
                    return
            case "drip":
                for byte in answer:
                    writer.write(bytes([byte]))
                    await asyncio.sleep(0.05)
                return
            case "garbage":
                answer = b"\x00\xff\x00 this is not HTTP\r\n\r\n" * 50
            case "refuse":
                answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            case "redirect":
                answer = b"HTTP/1.1 307 Away\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            case _:
                pass
        writer.write(answer)


@asynccontextmanager
async def receiving(manner: Manner = "ok") -> AsyncIterator[Receiver]:
    """A receiver on a free loopback port."""
    receiver = Receiver(manner)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.release.set()
        server.close()
        await asyncio.sleep(0)
