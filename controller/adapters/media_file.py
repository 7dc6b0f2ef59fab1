"""One media file of a bundle: the init and the segments of runs, byte for byte as their node wrote them. Blocks."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from controller.adapters.checked_file import CheckedFile, Digest
from controller.core.export import Take
from controller.core.media_clock import first_ticks, ticks_per_s
from shared.errors import Rejected

_PIECE_BYTES = 1_048_576
_DRIFT_MS = 1_000
_BOXES_BYTES = 65_536


class MediaFile:
    """An init, then segments for as long as they count from the same moment: so all of it plays as one."""

    def __init__(self, path: Path, stop: Callable[[], bool]) -> None:
        self._file = CheckedFile(path, stop)
        self._init: bytes | None = None
        self._from_ms: float | None = None

    def add(self, source: Path, take: Take) -> bool:
        """Copy a take. False, and nothing is written: it begins otherwise, or counts from another moment."""
        with source.open("rb") as opened:
            init = opened.read(take.init_bytes)
            begin = take.ranges[-1][0] if len(take.ranges) > 1 else take.init_bytes
            opened.seek(begin)
            from_ms = _from_ms(init, opened.read(_BOXES_BYTES), take.start_ms)
            if self._init is None:
                self._init, self._from_ms = init, from_ms
                self._file.write(init)
            elif init != self._init or not _goes_on(self._from_ms, from_ms):
                return False
            opened.seek(begin)
            left = take.ranges[-1][1] - begin
            while left > 0:
                data = opened.read(min(left, _PIECE_BYTES))
                if not data:
                    raise Rejected("run", "is shorter than its segments")
                left -= self._file.write(data)
        return True

    @property
    def init_sha256(self) -> str:
        """Of what each of its segments begins with."""
        return hashlib.sha256(self._init or b"").hexdigest()

    def finish(self) -> Digest:
        """Flush, read all of it back and compare."""
        return self._file.finish()

    def drop(self) -> None:
        """Let go of it as it is."""
        self._file.close()


def _from_ms(init: bytes, fragments: bytes, start_ms: int) -> float | None:
    ticks, unit = first_ticks(fragments), ticks_per_s(init)
    return None if ticks is None or unit is None else start_ms - ticks * 1000 / unit


def _goes_on(before_ms: float | None, now_ms: float | None) -> bool:
    return before_ms is not None and now_ms is not None and abs(now_ms - before_ms) < _DRIFT_MS
