"""Leave to PUT exact bytes to the controller itself: signed URLs, and the check of what comes in."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from controller.errors import Refused
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.messages import Grant
from shared.object_keys import parse_key
from shared.texts import say

PATH = "/media/put/"
_LIFETIME = timedelta(minutes=15)
_PIECE_BYTES = 1 << 20
_LARGEST_BYTES = 2**31

R = TypeVar("R")


async def off_loop(executor: Executor, call: Callable[..., R], *arguments: Any) -> R:
    """Run blocking file work in `executor`; what the disk says leaves as `Transient`."""
    try:
        return await asyncio.get_running_loop().run_in_executor(executor, call, *arguments)
    except OSError as fault:
        raise Transient(f"store: {fault.strerror or fault}") from fault


class _Intake:
    """A file that is hashed while it is written; blocks."""

    def __init__(self, into: Path) -> None:
        self._file = into.open("xb")
        self._digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
        self._length = 0

    def write(self, data: bytes) -> None:
        self._length += len(data)
        for digest in self._digests.values():
            digest.update(data)
        self._file.write(data)

    def check(self, length: int, wanted: Mapping[str, str]) -> None:
        if self._length != length:
            raise Rejected("body", f"is {self._length} bytes, not {length}")
        for name, digest in self._digests.items():
            if not hmac.compare_digest(digest.hexdigest(), wanted[name]):
                raise Rejected("body", f"does not have the {name} that was announced")

    def sync(self) -> None:
        self._file.flush()
        os.fdatasync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


async def _pieces(stream: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """The stream in pieces worth a thread's while; more than `most` bytes raise `Rejected`."""
    piece, seen = bytearray(), 0
    async for chunk in stream:
        seen += len(chunk)
        if seen > most:
            raise Rejected("body", f"is longer than {most} bytes")
        piece += chunk
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


class UploadDoor:
    """Signs URLs with the site's key and lets in only what was signed: key, length, MD5, SHA-256, time."""

    def __init__(self, secret: bytes, clock: Clock, executor: Executor) -> None:
        self._secret = secret
        self._clock = clock
        self._executor = executor

    def grant(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        """A path on the controller's own address, good for 15 minutes."""
        parse_key(key)
        expires_at = self._clock.now() + _LIFETIME
        query = {"expires": str(int(expires_at.timestamp())), "length": str(length_bytes), "md5": md5, "sha256": sha256}
        query["sig"] = self._signature(key, query)
        headers = {
            "Content-Length": str(length_bytes),
            "Content-MD5": base64.b64encode(binascii.unhexlify(md5)).decode(),
        }
        return Grant(url=f"{PATH}{key}?{urlencode(query)}", headers=headers, expires_at=expires_at)

    async def admit(self, key: str, query: Mapping[str, str], stream: AsyncIterator[bytes]) -> None:
        """Raise `Refused` unless this key and query were signed here and are not over."""
        given = {name: query.get(name, "") for name in ("expires", "length", "md5", "sha256")}
        if not hmac.compare_digest(self._signature(key, given).encode(), query.get("sig", "").encode(errors="replace")):
            raise Refused("sig", say("grant_signature"))
        if int(given["expires"]) < self._clock.now().timestamp():
            await self.drain(query, stream)
            raise Refused("expires", say("grant_expired"))
        parse_key(key)

    async def drain(self, query: Mapping[str, str], stream: AsyncIterator[bytes]) -> None:
        """Read and forget an upload: a sender that is cut off while it writes may never see why."""
        async for _ in _pieces(stream, int(query["length"])):
            pass

    async def receive(
        self, query: Mapping[str, str], content_length: int | None, stream: AsyncIterator[bytes], into: Path
    ) -> None:
        """Write the stream to `into` and sync it; bytes other than the signed ones raise `Rejected`."""
        length = int(query["length"])
        if length > _LARGEST_BYTES or content_length != length:
            raise Rejected("Content-Length", f"is not {length}")
        intake = await off_loop(self._executor, _Intake, into)
        try:
            async for piece in _pieces(stream, length):
                await off_loop(self._executor, intake.write, piece)
            intake.check(length, query)
            await off_loop(self._executor, intake.sync)
        finally:
            await off_loop(self._executor, intake.close)

    def _signature(self, key: str, query: Mapping[str, str]) -> str:
        text = "\n".join(["PUT", key, query["expires"], query["length"], query["md5"], query["sha256"]])
        return hmac.new(self._secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()
