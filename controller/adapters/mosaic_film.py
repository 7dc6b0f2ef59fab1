"""Makes a derived film of a recorded one, in a process of its own: decoded, put into blocks, encoded anew."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from controller.adapters.mosaic_child import GIVES_WAY, MOST_MEMORY_BYTES
from shared.confine import confine

_MOST_CPU_S = 120
WIDTH_PX = 640
"""A source is not decoded wider: blocks need no more."""


def derive(source: Path, into: Path, *, fragmented: bool) -> dict[str, Any]:
    """Write it; the codec as browsers name it, and how long it is. `Rejected` where the source cannot be read."""
    import av
    import cv2

    from controller.adapters.frames import VideoFile
    from controller.adapters.mosaic_track import MosaicTrack, Pace

    cv2.setNumThreads(1)
    flags = "frag_keyframe+empty_moov+default_base_moof" if fragmented else "faststart"
    with VideoFile(source) as video, av.open(str(into), "w", format="mp4", options={"movflags": flags}) as target:
        track = MosaicTrack(target)
        for timed in video.pictures(Pace(), WIDTH_PX):
            track.add(timed.picture, timed.pts_ms)
        return {"codec": track.finish(video.duration_ms), "length_ms": video.duration_ms}


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    place = Path(asked["into"])
    confine(reads=[Path(asked["source"])], writes=[place.parent], most_bytes=MOST_MEMORY_BYTES, most_s=_MOST_CPU_S)
    os.nice(GIVES_WAY)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from shared.errors import CctvError

    try:
        told = derive(Path(asked["source"]), place, fragmented=asked["fragmented"])
    except CctvError as fault:
        told = {"fault": str(fault)[:300]}
    answers.write(json.dumps(told) + "\n")
    answers.close()
