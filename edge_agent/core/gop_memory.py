"""The newest packets of a stream, at most some seconds and bytes, from which a live view begins at a keyframe. Pure."""

from collections import deque
from typing import Generic, Protocol, TypeVar


class Unit(Protocol):
    """An encoded picture."""

    @property
    def data(self) -> bytes: ...

    @property
    def pts_ms(self) -> int: ...

    @property
    def key(self) -> bool: ...


P = TypeVar("P", bound=Unit)


class GopMemory(Generic[P]):
    """Keeps whole GOPs; when the running one alone is over the bounds, nothing is kept until the next keyframe."""

    def __init__(self, longest_ms: int = 10_000, bytes_max: int = 16_000_000) -> None:
        self._longest_ms = longest_ms
        self._bytes_max = bytes_max
        self._packets: deque[P] = deque()
        self._keys: deque[int] = deque()
        self._bytes = 0

    def add(self, packet: P) -> None:
        """Take the next packet in decode order."""
        if packet.key:
            self._keys.append(packet.pts_ms)
        elif not self._keys:
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)
        while self._keys and (self._bytes > self._bytes_max or packet.pts_ms - self._keys[0] > self._longest_ms):
            self._drop_gop()

    def since(self, since_ms: int | None) -> tuple[P, ...]:
        """Packets from the keyframe at or before `since_ms` as far as memory reaches, else from the newest keyframe."""
        if not self._keys:
            return ()
        begin = self._keys[-1]
        if since_ms is not None:
            begin = next((key for key in reversed(self._keys) if key <= since_ms), self._keys[0])
        packets = list(self._packets)
        place = next(i for i, packet in enumerate(packets) if packet.key and packet.pts_ms >= begin)
        return tuple(packets[place:])

    def clear(self) -> None:
        """Forget all: the stream changed."""
        self._packets.clear()
        self._keys.clear()
        self._bytes = 0

    def _drop_gop(self) -> None:
        self._keys.popleft()
        while self._packets:
            self._bytes -= len(self._packets.popleft().data)
            if self._packets and self._packets[0].key:
                return
