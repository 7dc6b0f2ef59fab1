"""Pieces of a node's ring by way of the relay: the head first, then the bytes as they come."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from typing import Any

from controller.adapters.relay_link import RelayEnd, RelayLink
from controller.core.piece import MOST_BYTES, RingPiece
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from shared.live import unpack

_INIT_BYTES_MOST = 1 << 20
_CODEC_CHARS = 60


class RingLink:
    """`NodeRings` over the relay. `token` makes a fresh service token for each piece."""

    def __init__(self, relay: RelayLink, token: Callable[[], str]) -> None:
        self._relay = relay
        self._token = token

    async def open(
        self, camera: CameraId, from_ms: int, for_ms: int
    ) -> tuple[RingPiece, AsyncGenerator[bytes, None]] | None:
        """What plays there, and its bytes, which must be read or closed; None when the node has nothing.

        Raises `Transient` when the relay or the node is away, or the node breaks off.
        """
        stack = AsyncExitStack()
        path = f"/live/{camera}/ring?from_ms={from_ms}&for_ms={for_ms}"
        try:
            socket = await stack.enter_async_context(
                self._relay.open(path, {"Authorization": f"Bearer {self._token()}"})
            )
            head, _ = unpack(await socket.receive())
            piece = None if head["t"] == "none" else _piece(head)
        except Rejected as fault:
            await stack.aclose()
            raise Transient(f"node's piece: {fault}") from None
        except BaseException:
            await stack.aclose()
            raise
        if piece is None:
            await stack.aclose()
            return None
        return piece, _bytes(stack, socket, piece.length_bytes)


async def _bytes(stack: AsyncExitStack, socket: RelayEnd, length: int) -> AsyncGenerator[bytes, None]:
    async with stack:
        left = length
        while left > 0:
            head, data = unpack(await socket.receive())
            if head["t"] != "bytes" or not 0 < len(data) <= left:
                raise Transient("node's piece: not what was told")
            left -= len(data)
            yield data


def _piece(head: dict[str, Any]) -> RingPiece:
    """A node's head; `Rejected` for what cannot be one."""
    numbers = [head.get(name) for name in ("start_ms", "end_ms", "init_bytes", "length_bytes")]
    codec = head.get("codec")
    if head["t"] != "piece" or not isinstance(codec, str) or not codec.isascii() or not 0 < len(codec) <= _CODEC_CHARS:
        raise Rejected("piece", "has no codec")
    whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    if len(whole) != len(numbers):
        raise Rejected("piece", "has no times and lengths")
    start_ms, end_ms, init_bytes, length_bytes = whole
    if not (0 <= start_ms < end_ms and 0 < init_bytes <= _INIT_BYTES_MOST):
        raise Rejected("piece", "has times or an init that cannot be")
    if not init_bytes < length_bytes <= init_bytes + MOST_BYTES:
        raise Rejected("piece", f"has {length_bytes} bytes")
    return RingPiece(codec, init_bytes, length_bytes, start_ms, end_ms)
