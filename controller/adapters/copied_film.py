"""Copies the packets of runs into an MP4 that every player opens, in a process of its own: what it writes goes out."""

import io
import os
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from controller.adapters.reel_child import make_reel, own_answers
from controller.adapters.seeking import Seeking
from controller.core.spans import Span
from shared.confine import confine
from shared.errors import Rejected

_MOST_MEMORY_BYTES = 2 * 1024**3
_MOST_PROCESSOR_S = 1_200


def main(folder: str, orders: IO[bytes], answers: IO[bytes]) -> None:
    """Order by order; files are read in `folder` alone, and written nowhere."""
    confine(reads=[Path(folder)], most_bytes=_MOST_MEMORY_BYTES, most_s=_MOST_PROCESSOR_S)
    make_reel("film.mp4", _Copies, orders, answers)


class _Copies:
    """A plain MP4 whose index is at its end: nothing is written twice, and so nothing long cannot be stopped."""

    def __init__(self, target: Any) -> None:
        from controller.adapters.packet_copy import PacketCopier

        self._copier = PacketCopier()
        self._target = target

    def add(self, order: dict[str, Any]) -> bool:
        """Copy the packets of a take.

        False, and nothing is written: its codec's parameters are others than those of what is here. `Rejected`:
        it cannot be read; what of it could be read is in the film then.
        """
        import av
        from av.error import FFmpegError

        from controller.adapters.film_options import OPTIONS

        try:
            with _Ranges(Path(order["source"]), order["ranges"]) as opened, av.open(opened, options=OPTIONS) as taken:
                video: Any = taken.streams.video[0]
                if not self._copier.fits(video):
                    return False
                self._copy(taken, video, order["start_ms"])
        except (FFmpegError, IndexError, ValueError, OSError) as fault:
            raise Rejected("run", f"cannot be read: {str(fault)[:200]}") from None
        return True

    def finish(self) -> None:
        """Its index comes when it is closed."""

    def _copy(self, container: Any, video: Any, start_ms: int) -> None:
        first: int | None = None
        for packet in container.demux(video):
            if packet.pts is None or packet.dts is None:
                continue
            first = packet.pts if first is None else first
            at = start_ms + (packet.pts - first) * Fraction(video.time_base) * 1000
            self._copier.copy(self._target, video, packet, at)


class _Ranges(Seeking, io.RawIOBase):
    """Parts of a file, read as one."""

    def __init__(self, path: Path, ranges: Sequence[Span]) -> None:
        super().__init__(sum(end - start for start, end in ranges))
        self._number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._ranges = tuple(ranges)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        left = self._end - self._at if size is None or size < 0 else min(size, self._end - self._at)
        found = bytearray()
        before = 0
        for start, end in self._ranges:
            place = self._at + len(found) - before
            if left > 0 and 0 <= place < end - start:
                data = os.pread(self._number, min(left, end - start - place), start + place)
                found += data
                left -= len(data)
            before += end - start
        self._at += len(found)
        return bytes(found)

    def close(self) -> None:
        if not self.closed:
            os.close(self._number)
        super().close()


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, own_answers())
