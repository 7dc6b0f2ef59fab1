"""Capture to verdict of cameras that are watched all the time: their own desks, decoders and one detector judge them.

`python -m bench.watching VIDEO [--cameras 12] [--fps 2] [--seconds 30] [--model yard] [--threads N]` pushes the video
as that many live streams (640 wide, 10 per second, at the pace of the clock) and prints one JSON line.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2

from controller.adapters.confined_pictures import ConfinedStream, PictureProcesses
from controller.adapters.detector import load_detector
from controller.adapters.frames import VideoFile
from controller.adapters.jpeg import encode_jpeg
from controller.adapters.live_decoder import StreamDecoder
from controller.core.judge import CameraJudge
from controller.core.records import FrameBoxes, Job, Occurrence, Rule, Verdict
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.verify_live import CameraDesk
from controller.flows.verify_parts import LiveParts
from shared.clock import SystemClock
from shared.ids import CameraId, SiteId
from shared.mint import uuid7

_STREAM_FPS = 10
_WIDTH_PX = 640
_SETTLE_S = 5.0
_GOLDEN = 0.618


def encode(video: Path) -> list[tuple[bool, bytes]]:
    """The video as access units of a small stream, a keyframe each second."""
    made: list[tuple[bool, bytes]] = []
    encoder: Any = None
    with VideoFile(video) as file:
        for index, timed in enumerate(file.sample(_STREAM_FPS)):
            height, width = timed.picture.shape[:2]
            size = (_WIDTH_PX, round(height * _WIDTH_PX / width) // 2 * 2)
            frame = av.VideoFrame.from_ndarray(cv2.resize(timed.picture, size), format="bgr24")
            if encoder is None:
                encoder = av.CodecContext.create("libx264", "w")
                encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
                encoder.time_base, encoder.gop_size = Fraction(1, _STREAM_FPS), _STREAM_FPS
                encoder.options = {"preset": "veryfast", "tune": "zerolatency"}
            frame.pts = index
            made += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    return made


class Streams:
    """A relay whose cameras are all fed from one video, each from another second of it."""

    def __init__(self, units: Sequence[tuple[bool, bytes]], clock: SystemClock) -> None:
        self._units = units
        self._clock = clock

    @asynccontextmanager
    async def watch(self, camera: CameraId, quality: str, since_ms: int | None) -> AsyncIterator[Any]:
        del quality, since_ms
        yield _Stream(self._units, int(camera.rpartition("c")[2]), self._clock)


class _Stream:
    def __init__(self, units: Sequence[tuple[bool, bytes]], number: int, clock: SystemClock) -> None:
        self._units = units
        self._number = number
        self._clock = clock

    async def frames(self) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        yield {"t": "init", "codec": "avc1"}, b""
        begun_s = self._number * _GOLDEN % 1  # no two cameras of a site take their pictures at one moment
        at, due_s = self._number * _STREAM_FPS % len(self._units), time.monotonic() + begun_s
        while True:
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            key, data = self._units[at]
            yield {"t": "au", "pts": self._clock.unix_ms(), "key": key, "seq": at}, data
            at, due_s = (at + 1) % len(self._units), due_s + 1 / _STREAM_FPS

    async def send_boxes(self, metadata: dict[str, Any]) -> None: ...


class Store:
    """Takes every verdict at once."""

    async def renew_job(
        self, job: Job, lease_ms: int, judged_ms: int | None, lag_ms: int | None, unscored: object = None
    ) -> Job:
        del lease_ms, judged_ms, lag_ms, unscored
        return job

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        del camera
        return 0, ()

    async def save_judgement(
        self, job: Job | None, verdict: Verdict, occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        del job, verdict, occurrences
        return ()


class Lags:
    """How long after its capture each frame was judged, ms."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._from_s = time.monotonic() + _SETTLE_S
        self.ms: list[int] = []

    def rules(self, camera: CameraId, rules: Sequence[Rule]) -> None: ...

    def judged(self, camera: CameraId, frame: FrameBoxes) -> None:
        del camera
        if time.monotonic() > self._from_s:
            self.ms.append(self._clock.unix_ms() - frame.pts_ms)


def processor_s() -> float:
    """Of this process and of its children that run now."""
    pids = " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children")).split()
    told = (Path("/proc", pid, "stat").read_text().rpartition(")")[2].split() for pid in pids)
    ticks = sum(int(one[11]) + int(one[12]) for one in told)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


async def measure(given: argparse.Namespace) -> dict[str, object]:
    """One line of the report."""
    clock = SystemClock()
    cv2.setNumThreads(1)
    model = load_detector(given.model, threads=given.threads, provider=given.provider)
    detector, lags = BatchingDetector(model), Lags(clock)
    processes = PictureProcesses(Path(tempfile.gettempdir()))
    parts = LiveParts(
        store=Store(),  # type: ignore[arg-type]
        source=Streams(encode(given.video), clock),
        decoder_for=StreamDecoder if given.unconfined else partial(ConfinedStream, processes=processes),
        detector=detector,
        commands=None,  # type: ignore[arg-type]
        evidence=Evidence(None, encode_jpeg, SiteId("bench"), clock),  # type: ignore[arg-type]
        bell=None,  # type: ignore[arg-type]
        clock=clock,
        mint=uuid7,
        fps=5.0,
        watch_fps=given.fps,
        counts=lags,  # type: ignore[arg-type]
    )
    tasks = [asyncio.create_task(detector.run())]
    for number in range(given.cameras):
        camera = CameraId(f"bench.c{number}")
        desk = CameraDesk(camera, parts, CameraJudge(camera, (), model.info.classes, uuid7))
        desk.add(Job(number, "watch", camera, None, clock.unix_ms(), None, attempts=1, token=1, sub=True))
        tasks.append(asyncio.create_task(desk.run()))
    await asyncio.sleep(_SETTLE_S)
    cpu_s = processor_s()
    ended, _ = await asyncio.wait(tasks, timeout=given.seconds, return_when=asyncio.FIRST_COMPLETED)
    cpu_s = processor_s() - cpu_s
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    processes.close()
    for task in ended:
        task.result()
    shares = statistics.quantiles(lags.ms, n=20)
    return {
        "cameras": given.cameras,
        "fps": given.fps,
        "model": model.info.name,
        "provider": model.info.provider,
        "threads": given.threads,
        "frames": len(lags.ms),
        "of_wanted": round(len(lags.ms) / (given.cameras * given.fps * given.seconds), 3),
        "lag_p50_ms": round(statistics.median(lags.ms)),
        "lag_p95_ms": round(shares[18]),
        "lag_max_ms": max(lags.ms),
        "cores": round(cpu_s / given.seconds, 2),
    }


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--cameras", type=int, default=12)
    parser.add_argument("--fps", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--model", default="yard")
    parser.add_argument("--provider", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--unconfined", action="store_true", help="decode in this process, to compare")
    print(json.dumps(asyncio.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
