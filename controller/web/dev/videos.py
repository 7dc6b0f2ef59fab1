"""Holds the packets of one H.264 file as a camera would send them, with the boxes known for it."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av


@dataclass(frozen=True, slots=True)
class Packet:
    data: bytes
    key: bool


class Video:
    """One file, looped for ever on the wall clock."""

    def __init__(self, path: Path, boxes: Path | None) -> None:
        self.path = path
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            codec = stream.codec_context
            self.width, self.height = codec.width, codec.height
            self.fps = float(stream.average_rate or 15)
            extra = codec.extradata or b""
            self.codec = "avc1." + extra[1:4].hex()
            bitstream = av.BitStreamFilterContext("h264_mp4toannexb", stream)
            self.packets = [
                Packet(bytes(out), out.is_keyframe)
                for packet in container.demux(stream)
                if packet.size
                for out in bitstream.filter(packet)
            ]
        self.judged_every = max(1, round(self.fps / 5))
        self.boxes = self._read(boxes) if boxes and boxes.exists() else {}

    def _read(self, path: Path) -> dict[int, list[dict[str, Any]]]:
        frames: dict[int, list[dict[str, Any]]] = {}
        with path.open() as lines:
            for row in csv.DictReader(lines):
                x, y, w, h = (float(row[key]) for key in ("x", "y", "w", "h"))
                x1, x2 = (min(max(value / 480, 0.0), 1.0) for value in (x, x + w))
                y1, y2 = (min(max(value / 360, 0.0), 1.0) for value in (y, y + h))
                track = int(row["track_id"])
                box = {"id": track, "class": "person", "confidence": 0.87, "x1": x1, "y1": y1, "x2": x2, "y2": y2}
                foot = y2 > 0.42 and (x1 + x2) / 2 < 0.4
                frames.setdefault(int(row["frame"]), []).append(
                    {**box, "state": "violation" if foot else "unknown" if track % 7 == 0 else "normal"}
                )
        return frames

    def tracks_at(self, frame: int) -> list[dict[str, Any]]:
        return self.boxes.get(frame, [])

    def index_at(self, at_ms: int) -> int:
        return math.floor(at_ms * self.fps / 1000)

    def time_of(self, index: int) -> int:
        return round(index * 1000 / self.fps)

    def keyframe_before(self, index: int) -> int:
        while not self.packets[index % len(self.packets)].key:
            index -= 1
        return index

    def cut(self, target: Path, seconds: float) -> None:
        """Write the first seconds as a plain MP4, by copy."""
        with av.open(str(self.path)) as source, av.open(str(target), "w") as sink:
            stream = source.streams.video[0]
            copy = sink.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.dts is None or float(packet.dts * stream.time_base) > seconds:
                    continue
                packet.stream = copy
                sink.mux(packet)

    def still(self, target: Path, second: float) -> None:
        """Write one picture as JPEG."""
        with av.open(str(self.path)) as source:
            for frame in source.decode(video=0):
                if frame.time is not None and frame.time >= second:
                    frame.to_image().save(target, quality=80)
                    return
