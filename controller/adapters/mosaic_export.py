"""Makes a derived film of recorded segments, in a process of its own: what it writes goes out, and nothing else."""

import os
import sys
from pathlib import Path
from typing import IO, Any

from controller.adapters.mosaic_child import GIVES_WAY, MOST_MEMORY_BYTES
from controller.adapters.reel_child import make_reel, own_answers
from shared.confine import confine

_SEAM_MS = 1_000


def main(folder: str, orders: IO[bytes], answers: IO[bytes]) -> None:
    """Order by order; files are read in `folder` alone, and written nowhere."""
    confine(reads=[Path(folder)], most_bytes=MOST_MEMORY_BYTES)
    os.nice(GIVES_WAY)
    import cv2

    cv2.setNumThreads(1)
    make_reel("derived.mp4", _Mosaics, orders, answers)


class _Mosaics:
    """Segments in blocks, each from `at_ms` of the film on."""

    def __init__(self, target: Any) -> None:
        from controller.adapters.mosaic_track import MosaicTrack

        self._track = MosaicTrack(target)
        self._end_ms = 0

    def add(self, order: dict[str, Any]) -> bool:
        """`Rejected` where a segment does not show what it is to show."""
        self._end_ms = int(order["at_ms"]) + int(order["lasts_ms"])
        self._derive(Path(order["source"]), int(order["at_ms"]), int(order["lasts_ms"]))
        return True

    def finish(self) -> None:
        self._track.finish(self._end_ms)

    def _derive(self, source: Path, at_ms: int, lasts_ms: int) -> None:
        from controller.adapters.frames import VideoFile
        from controller.adapters.mosaic_film import WIDTH_PX
        from controller.adapters.mosaic_track import Pace
        from shared.errors import Rejected

        with VideoFile(source) as video:
            for timed in video.pictures(Pace(), WIDTH_PX):
                self._track.add(timed.picture, at_ms + timed.pts_ms)
            if video.duration_ms <= lasts_ms - _SEAM_MS:
                raise Rejected("video", "ends early")


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, own_answers())
