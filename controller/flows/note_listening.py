"""Note listening: who begins to listen to a camera stands in the audit before a sound is heard."""

from typing import Protocol

from shared.clock import Clock
from shared.ids import CameraId

_AGAIN_MS = 60_000


class ListeningBook(Protocol):
    """Where deeds are written down."""

    async def audit(self, who: str, what: str, *, subject: str = "", address: str = "") -> None:
        """`Transient` when it cannot be written."""
        ...


class NoteListening:
    """One per process. A line that breaks and is dialled again within a minute is the same listening."""

    def __init__(self, book: ListeningBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._noted_ms: dict[tuple[str, CameraId], int] = {}

    async def begin(self, who: str, camera: CameraId, address: str) -> None:
        """Raises `Transient` when it cannot be written down: then nobody listens."""
        now_ms = self._clock.monotonic_ms()
        last_ms = self._noted_ms.get((who, camera))
        if last_ms is None or now_ms - last_ms >= _AGAIN_MS:
            await self._book.audit(who, "live.listen", subject=camera, address=address)
        self._noted_ms = {key: ms for key, ms in self._noted_ms.items() if now_ms - ms < _AGAIN_MS}
        self._noted_ms[who, camera] = now_ms

    def end(self, who: str, camera: CameraId) -> None:
        """They have stopped, or the line broke; the minute counts from here."""
        self._noted_ms[who, camera] = self._clock.monotonic_ms()
