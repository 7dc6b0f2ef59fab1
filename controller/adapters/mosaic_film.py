"""Makes a derived film of a recorded one, in a process of its own: decoded, put into blocks, encoded anew."""

import json
import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from controller.adapters.confine import confine
from controller.adapters.mosaic_child import GIVES_WAY, MOST_MEMORY_BYTES

_MOST_CPU_S = 120
_OPTIONS = {"preset": "veryfast", "tune": "zerolatency", "crf": "30"}
_KEY_EVERY = 5
_WIDTH_PX = 640
_NAL = b"\x00\x00\x01"
_SPS = 7


def derive(source: Path, into: Path, *, fragmented: bool) -> dict[str, Any]:
    """Write it; the codec as browsers name it, and how long it is. `Rejected` where the source cannot be read."""
    import av
    import cv2

    from controller.adapters.frames import VideoFile
    from controller.adapters.mosaic import mosaic
    from controller.core.derived import MARK, MOST_FPS

    cv2.setNumThreads(1)
    step_ms = 1000 // MOST_FPS
    due_ms = 0

    def wanted(t_ms: int) -> bool:
        nonlocal due_ms
        if t_ms < due_ms:
            return False
        due_ms = t_ms - t_ms % step_ms + step_ms
        return True

    flags = "frag_keyframe+empty_moov+default_base_moof" if fragmented else "faststart"
    packets: list[Any] = []
    with VideoFile(source) as video, av.open(str(into), "w", format="mp4", options={"movflags": flags}) as target:
        stream: Any = None
        for timed in video.pictures(wanted, _WIDTH_PX):
            picture = mosaic(timed.picture)
            if stream is None:
                target.metadata["comment"] = MARK
                stream = target.add_stream("libx264", rate=MOST_FPS, options=_OPTIONS)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt, stream.gop_size = "yuv420p", _KEY_EVERY
                stream.codec_context.time_base = Fraction(1, 1000)
                stream.codec_context.thread_count = 1
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = timed.pts_ms, stream.codec_context.time_base
            packets += stream.encode(frame)
        packets += stream.encode()
        ends = [packet.pts for packet in packets[1:]] + [max(video.duration_ms, packets[-1].pts + 1)]
        for packet, end in zip(packets, ends, strict=True):
            packet.duration = end - packet.pts
            target.mux(packet)
        return {"codec": _codec_of(bytes(stream.codec_context.extradata or b"")), "length_ms": video.duration_ms}


def _codec_of(extradata: bytes) -> str:
    """`avc1.` with profile, constraints and level from the first parameter set."""
    for unit in extradata.split(_NAL):
        if unit and unit[0] & 0x1F == _SPS:
            return "avc1." + unit[1:4].hex()
    return "avc1.42c01e"


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
