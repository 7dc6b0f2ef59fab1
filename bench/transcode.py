"""What drawing and transcoding cost on this machine, in processor time per picture, beside passing through.

Films come from a rendered scene: `python bench/transcode.py --seconds 10`.
"""

import argparse
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np

from edge_agent.adapters.packet_stream import PacketStream
from edge_agent.adapters.picture_marks import PictureMarks, frame_planes
from edge_agent.core.overlay import OverlayRules
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.scene import Scene

FPS = 15
AREA = ((0.0, 0.3), (0.4, 0.2), (0.4, 1.0), (0.0, 1.0))
MARKED = PictureRules((AREA,), OverlayRules(clock=True, text="정문"), transcode=True)
START_MS = 1_795_276_799_000


class Sink:
    """Takes everything, keeps nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_given, **_named: None


def film(path: Path, size: tuple[int, int], seconds: int) -> None:
    """Render and encode."""
    scene = Scene("yard", 7, *size)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "g": "30", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(seconds * FPS):
            picture = scene.luma_chroma(number * 1000 // FPS)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())


def process_ms(path: Path, rules: PictureRules) -> float:
    """Processor time per picture, decoded for motion 10 times a second as a lone stream is."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        packets = PacketStream(video, Sink(), 10, rules=rules)
        began, count = time.process_time(), 0
        for packet in container.demux(video):
            packets.take(packet, START_MS)
            count += 1
        return (time.process_time() - began) * 1000 / count


def drawing_ms(size: tuple[int, int]) -> float:
    """Processor time to draw on one picture."""
    marks, times = PictureMarks(MARKED), 300
    frame = av.VideoFrame.from_ndarray(np.full((size[1] * 3 // 2, size[0]), 90, np.uint8), format="yuv420p")
    planes = frame_planes(frame)
    began = time.process_time()
    for number in range(times):
        marks.hide(planes)
        marks.write(planes, START_MS + number * 1000 // FPS)
    return (time.process_time() - began) * 1000 / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    print(f"{platform.machine()}, Python {platform.python_version()}, PyAV {av.__version__}, {FPS} pictures a second")
    print("ms of one core per picture | passed through | transcoded | and drawn on | drawing alone")
    with tempfile.TemporaryDirectory() as folder:
        for size in ((1280, 720), (1920, 1080)):
            path = Path(folder) / f"{size[1]}.mp4"
            film(path, size, seconds)
            costs = [process_ms(path, rules) for rules in (PictureRules(), PictureRules(transcode=True), MARKED)]
            print(f"{size[0]}x{size[1]} | " + " | ".join(f"{cost:.2f}" for cost in (*costs, drawing_ms(size))))


if __name__ == "__main__":
    main()
