"""One film of an export: the packets of takes copied into an MP4 that every player opens. Blocks."""

import io
import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from controller.adapters.checked_file import CheckedFile, Digest, Stopped
from controller.adapters.film_options import OPTIONS
from controller.adapters.packet_copy import PacketCopier
from controller.core.export import Take
from controller.core.spans import Span
from shared.errors import CctvError, Rejected

_BUFFER_BYTES = 262_144


class FilmFile:
    """A plain MP4 whose index is at its end: nothing is written twice, and so nothing long cannot be stopped."""

    def __init__(self, path: Path, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._file = CheckedFile(path, stop)
        self._copier = PacketCopier()
        self._target: Any = av.open(self._file, "w", format="mp4", buffer_size=_BUFFER_BYTES)

    def add(self, source: Path, take: Take) -> bool:
        """Copy the packets of a take.

        False, and nothing is written: its codec's parameters are others than those of what is here. `Rejected`:
        it cannot be read; what of it could be read is in the film then.
        """
        try:
            with _Ranges(source, take.ranges) as opened, av.open(opened, options=OPTIONS) as container:
                video: Any = container.streams.video[0]
                if not self._copier.fits(video):
                    return False
                self._copy(container, video, take.start_ms)
        except CctvError:
            raise
        except (FFmpegError, IndexError, ValueError) as fault:
            raise Rejected("run", f"cannot be read: {str(fault)[:200]}") from None
        return True

    @property
    def init_sha256(self) -> str:
        """A film has no segments."""
        return ""

    def finish(self) -> Digest:
        """Write the index, flush, read all of it back and compare."""
        self._target.close()
        return self._file.finish()

    def drop(self) -> None:
        """Let go of it as it is."""
        self._file.close()

    def _copy(self, container: Any, video: Any, start_ms: int) -> None:
        first: int | None = None
        for packet in container.demux(video):
            if packet.pts is None or packet.dts is None:
                continue
            if self._stop():
                raise Stopped(self._file.name)
            first = packet.pts if first is None else first
            at = start_ms + (packet.pts - first) * Fraction(video.time_base) * 1000
            self._copier.copy(self._target, video, packet, at)


class _Ranges(io.RawIOBase):
    """Parts of a file, read as one."""

    def __init__(self, path: Path, ranges: Sequence[Span]) -> None:
        super().__init__()
        self._number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._ranges = tuple(ranges)
        self._length = sum(end - start for start, end in ranges)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = self._length - self._at if size is None or size < 0 else min(size, self._length - self._at)
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
