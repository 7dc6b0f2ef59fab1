"""Makes a derived film of recorded segments, in a process of its own: what it writes goes out, and nothing else."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from controller.adapters.mosaic_child import GIVES_WAY, MOST_MEMORY_BYTES
from controller.adapters.reel_wire import DONE, FAULT, HEAD, WRITE, Said
from shared.confine import confine
from shared.errors import CctvError

_BUFFER_BYTES = 262_144
_SEAM_MS = 1_000


def main(folder: str, orders: IO[bytes], answers: IO[bytes]) -> None:
    """Order by order, a line each, until the input ends; files are read in `folder` alone, and written nowhere."""
    confine(reads=[Path(folder)], most_bytes=MOST_MEMORY_BYTES)
    os.nice(GIVES_WAY)
    import av
    import cv2

    from controller.adapters.mosaic_track import MosaicTrack

    cv2.setNumThreads(1)
    end_ms = 0
    with av.open(_Outside(answers), "w", format="mp4", buffer_size=_BUFFER_BYTES) as target:
        track = MosaicTrack(target)
        for order in _orders(orders):
            try:
                _add(track, order)
            except CctvError as fault:
                _say(answers, FAULT, 0, str(fault).encode()[:300])
            else:
                _say(answers, DONE)
            end_ms = int(order["at_ms"]) + int(order["lasts_ms"])
        track.finish(end_ms)
    _say(answers, DONE)


def _orders(orders: IO[bytes]) -> Iterator[dict[str, Any]]:
    while line := orders.readline().strip():
        yield json.loads(line)


def _add(track: Any, order: dict[str, Any]) -> None:
    """A segment from `at_ms` of the film on; `Rejected` where it does not show what it is to show."""
    from controller.adapters.frames import VideoFile
    from controller.adapters.mosaic_film import WIDTH_PX
    from controller.adapters.mosaic_track import Pace
    from shared.errors import Rejected

    with VideoFile(Path(order["source"])) as video:
        for timed in video.pictures(Pace(), WIDTH_PX):
            track.add(timed.picture, order["at_ms"] + timed.pts_ms)
        if video.duration_ms <= order["lasts_ms"] - _SEAM_MS:
            raise Rejected("video", "ends early")


def _say(answers: IO[bytes], said: Said, number: int = 0, data: bytes = b"") -> None:
    answers.write(HEAD.pack(said, number, len(data)) + data)
    answers.flush()


class _Outside:
    """What a muxer writes to: each write goes out with its place."""

    name = "derived.mp4"

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._at = self._end = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        return self._at

    def write(self, data: bytes) -> int:
        data = bytes(data)
        _say(self._answers, WRITE, self._at, data)
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)


if __name__ == "__main__":
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    main(sys.argv[1], sys.stdin.buffer, own)
