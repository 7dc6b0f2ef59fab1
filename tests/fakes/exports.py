"""Runs as a node's recorder writes them, and the exports of a site in a database of the test's own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av

from controller.adapters.database import Database
from controller.adapters.export_jobs import SqlExportJobs
from controller.adapters.tables import AlarmRow, RunRow
from controller.core.export import Source, source_segments
from controller.core.lease import Term
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.media import Segment, StreamInfo
from shared.clock import Clock
from shared.ids import CameraId
from shared.mint import uuid7
from tests.fakes.footage import FPS, HEIGHT, WIDTH, packets
from tests.fakes.led import take

CAMERA = "gate.yard"
LEASE = Term("export:yard", "maker")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run: the bytes of its object, and its segments as a fact lists them."""

    run: str
    data: bytes
    init_bytes: int
    segments: tuple[dict[str, Any], ...]
    start_ms: int
    end_ms: int

    @property
    def key(self) -> str:
        return f"runs/{self.run}.mp4"

    def row(self, camera: str = CAMERA, state: str = "stored", **given: Any) -> RunRow:
        values: dict[str, Any] = {
            "id": self.run, "camera": camera, "rev": 1, "state": state, "media_class": "motion",
            "start_ms": self.start_ms, "end_ms": self.end_ms, "codec": "avc1.42c00b", "width_px": WIDTH,
            "height_px": HEIGHT, "length_bytes": len(self.data), "init_bytes": self.init_bytes,
            "sha256": hashlib.sha256(self.data).hexdigest(), "md5": "", "segments": list(self.segments),
            "key": self.key, "fact": uuid7(),
        }  # fmt: skip
        return RunRow(**(values | given))

    def source(self, camera: str = CAMERA) -> Source:
        span = (self.start_ms, self.end_ms)
        return Source(
            self.run, camera, self.key, hashlib.sha256(self.data).hexdigest(), len(self.data), self.init_bytes,
            "avc1.42c00b", WIDTH, HEIGHT,
            source_segments(self.segments, span, len(self.data), self.init_bytes),
        )  # fmt: skip


def recorded(
    start_ms: int, seconds: int, *, size: tuple[int, int] = (WIDTH, HEIGHT), before: bytes = b""
) -> list[Recorded]:
    """What a recorder writes from `start_ms` on: its runs, each of at most three segments of two seconds.

    `before`: what a camera puts before each picture (Annex-B), for example its own signature.
    """
    stream = StreamInfo("h264", "avc1.42c00b", *size, float(FPS))
    closed: list[Segment] = []
    with TemporaryDirectory() as folder:
        ring = DiskRing(Path(folder))
        ring.open(CameraId(CAMERA))
        place = ring.folder(CameraId(CAMERA))
        writer = SegmentWriter(place, 10**9, closed.append, lambda _name: None)
        for packet in packets(seconds * FPS, start_ms=start_ms, size=size):
            writer.write(stream, replace(packet, data=before + packet.data))
        writer.close()
        files = {one.name: (Path(folder) / "ring" / CAMERA / one.name).read_bytes() for one in closed}
    return [run_of(closed[at : at + 3], files) for at in range(0, len(closed), 3)]


def run_of(segments: Sequence[Segment], files: dict[str, bytes]) -> Recorded:
    """One run of consecutive segments, as a node uploads it."""
    init_bytes = segments[0].init_bytes
    data = b"".join(files[one.name][init_bytes if place else 0 :] for place, one in enumerate(segments))
    refs = tuple(
        {"start_ms": one.start_ms, "end_ms": one.end_ms, "bytes": one.length_bytes, "sha256": one.sha256}
        for one in segments
    )
    return Recorded(uuid7(), data, init_bytes, refs, segments[0].start_ms, segments[-1].end_ms)


def nals(data: bytes | Path) -> list[tuple[int, str]]:
    """Each picture of a film: ms after its first, and the SHA-256 of its bytes as they lie in the file."""
    import io

    opened: Any = io.BytesIO(data) if isinstance(data, bytes) else str(data)
    with av.open(opened) as container:
        video = container.streams.video[0]
        found = [(packet.pts, bytes(packet)) for packet in container.demux(video) if packet.pts is not None]
        tick = float(video.time_base or 0) * 1000
    return [(round((pts - found[0][0]) * tick), hashlib.sha256(body).hexdigest()) for pts, body in found]


def away_alarm(raised_at: datetime, end_ms: int) -> AlarmRow:
    """That a node was away: an alarm that no camera saw."""
    return AlarmRow(
        id=uuid7(), number=77, rev=1, state="raised", rule="system.node_away", rule_name="node away", kind="node_away",
        required=[], severity="high", node="gate", cause="", detail="node gate does not answer", persistence_s=30,
        condition_ms=end_ms - 60_000, raised_at=raised_at, end_ms=end_ms, confidence=1.0, occurrences=1, late=False,
        cameras=[],
    )  # fmt: skip


async def jobs_of(database: Database, clock: Clock, *, wait_ms: int = 600_000, term: Term = LEASE) -> SqlExportJobs:
    """The maker's end of the database, with its lease taken."""
    led = await take(database, clock, term, 10**10)
    return SqlExportJobs(led, clock, site="yard", version="0.1.0", wait_ms=wait_ms, keep_days=30)
