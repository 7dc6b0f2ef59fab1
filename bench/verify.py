"""Measures the verifier on video files: every stage alone, and the worker's pipeline against the model alone.

`python -m bench.verify VIDEO… --model MODEL [--jobs N] [--threads N] [--provider P] [--unconfined]` prints a JSON line
per video: ms per judged frame of each stage and its share, then judged frames per second of the model alone (inference
on ready tensors, at the batch that the pipeline came to), of the whole pipeline over N copies of the video, and their
ratio.
"""

import argparse
import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from controller.adapters.confined_pictures import ConfinedFootage, PictureProcesses
from controller.adapters.detector import load_detector
from controller.adapters.frames import FileFootage, VideoFile
from controller.adapters.jpeg import encode_jpeg
from controller.adapters.model_file import find_model
from controller.adapters.onnx_engine import PROVIDERS
from controller.app.offline import judge_file
from controller.core.records import Detection, Job, Occurrence, Rule, StoredRun, Verdict
from controller.flows.detect import BatchingDetector, StagedDetector
from controller.flows.evidence import Evidence
from controller.flows.verify_stored import StoredParts, judge_stored
from controller.ports import Footage, ModelInfo, Picture, TimedPicture
from shared.clock import SystemClock
from shared.ids import CameraId, RunId, SiteId
from shared.mint import uuid7

_FPS = 5.0
_LEAST_S = 3.0


class Timed:
    """A detector and a decoder that count their time; each stage runs in threads of its own."""

    def __init__(self, detector: StagedDetector, info: ModelInfo, footage: Footage) -> None:
        self._detector = detector
        self._footage = footage
        self.info = info
        self.spent_s = dict.fromkeys(("decode", "prepare", "infer", "conclude"), 0.0)
        self.batches: list[int] = []

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        return self.conclude(self.infer([self.prepare(picture) for picture in pictures]))

    def prepare(self, picture: Picture) -> Any:
        with self._spent("prepare"):
            return self._detector.prepare(picture)

    def infer(self, prepared: Sequence[Any]) -> Any:
        self.batches.append(len(prepared))
        with self._spent("infer"):
            return self._detector.infer(prepared)

    def conclude(self, inferred: Any) -> list[tuple[Detection, ...]]:
        with self._spent("conclude"):
            return self._detector.conclude(inferred)

    def pictures(self, file: Path, wanted: Callable[[int], bool]) -> Iterator[TimedPicture]:
        decoded = self._footage.pictures(file, wanted)
        while True:
            with self._spent("decode"):
                timed = next(decoded, None)
            if timed is None:
                return
            yield timed

    @contextmanager
    def _spent(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.spent_s[stage] += time.perf_counter() - began


class Copies:
    """One video as many stored runs, and what was judged of them."""

    def __init__(self, video: Path, long_ms: int) -> None:
        self._video = video
        self._long_ms = long_ms
        self.sampled = 0

    async def fetch(self, key: str, into: Path) -> None:
        del key
        await asyncio.to_thread(shutil.copyfile, self._video, into)

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]:
        return (StoredRun(RunId(camera), camera, start_ms, end_ms, "video", 0, 0, ""),)

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        del camera
        return 0, ()

    async def renew_job(self, job: Job, lease_ms: int) -> Job:
        del lease_ms
        return job

    async def settle_job(
        self, job: Job, verdicts: Sequence[Verdict], occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        del job, occurrences
        self.sampled += sum(verdict.sampled for verdict in verdicts)
        return ()

    def job(self, number: int) -> Job:
        camera = CameraId(f"bench.copy{number}")
        return Job(number, "stored", camera, None, 10**12, 10**12 + self._long_ms, attempts=1, token=1)


def alone(model: Path, batch: int, provider: str, threads: int) -> float:
    """Pictures per second of nothing but inference."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(model), options, providers=[provider])
    given = session.get_inputs()[0]
    sides = [side if isinstance(side, int) else (batch, 3, 640, 640)[axis] for axis, side in enumerate(given.shape)]
    kind = {"tensor(uint8)": np.uint8, "tensor(float16)": np.float16}.get(given.type, np.float32)
    tensor = np.zeros(sides, kind)
    session.run(None, {given.name: tensor})
    done, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < _LEAST_S:
        session.run(None, {given.name: tensor})
        done += sides[0]
    return done / took


async def pipeline(video: Path, long_ms: int, timed: Timed, jobs: int, scratch: Path) -> tuple[int, float]:
    """Judged frames and the seconds that the worker's own flow took for `jobs` copies side by side."""
    copies, detector = Copies(video, long_ms), BatchingDetector(timed)
    clock = SystemClock()
    evidence = Evidence(copies, encode_jpeg, SiteId("bench"), clock)  # type: ignore[arg-type]
    parts = StoredParts(copies, copies, timed, detector, evidence, clock, uuid7, scratch, _FPS)  # type: ignore[arg-type]
    serving = asyncio.create_task(detector.run())
    began = time.perf_counter()
    await asyncio.gather(*(judge_stored(copies.job(number), parts) for number in range(jobs)))
    took = time.perf_counter() - began
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    return copies.sampled, took


def processor_s() -> float:
    """Of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(video: Path, given: argparse.Namespace) -> dict[str, object]:
    """One line of the report."""
    report, duration_ms = judge_file(
        video,
        models=[given.model],
        model_folders=[],
        rule_file=None,
        sample_fps=_FPS,
        provider=given.provider,
        threads=given.threads,
        timer=time.perf_counter,
        terminal=sys.stderr,
    )
    frames, stages = max(1, len(report.frames)), report.times
    of_stages = {name: getattr(stages, f"{name}_ms") for name in ("decode", "infer", "track", "rules")}
    detector = load_detector(given.model, provider=given.provider, threads=given.threads)
    detector.detect([np.zeros((360, 640, 3), np.uint8)])
    cpu_s = processor_s()
    with tempfile.TemporaryDirectory() as scratch, closing(PictureProcesses(Path(scratch))) as processes:
        timed = Timed(detector, detector.info, FileFootage() if given.unconfined else ConfinedFootage(processes))
        judged, took = asyncio.run(pipeline(video, duration_ms, timed, given.jobs, Path(scratch)))
    cpu_s = processor_s() - cpu_s
    batch = round(sum(timed.batches) / len(timed.batches))
    bare = alone(find_model(given.model, []).path, batch, report.models[0].provider, given.threads)
    return {
        "video": video.name,
        "model": report.models[0].name,
        "provider": report.models[0].provider,
        "threads": given.threads,
        "ms_per_frame": {name: round(ms / frames, 3) for name, ms in of_stages.items()},
        "share": {name: round(ms / sum(of_stages.values()), 3) for name, ms in of_stages.items()},
        "jobs": given.jobs,
        "frames_judged": judged,
        "batch": batch,
        "busy": {name: round(spent_s / took, 2) for name, spent_s in timed.spent_s.items()},  # threads, on average
        "cpu_ms_per_frame": round(cpu_s * 1000 / judged, 2),
        "streams_per_core": round(judged / _FPS / cpu_s, 1),
        "alone_fps": round(bare, 1),
        "pipeline_fps": round(judged / took, 1),
        "of_alone": round(judged / took / bare, 3),
    }


def main() -> None:
    """Print one line per video."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--model", default="yard")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--provider", default="auto", choices=["auto", *PROVIDERS])
    parser.add_argument("--jobs", type=int, default=4, help="stored intervals judged side by side")
    parser.add_argument("--unconfined", action="store_true", help="decode in this process, to compare")
    given = parser.parse_args()
    for video in given.videos:
        with VideoFile(video):
            print(json.dumps(measure(video, given)))


if __name__ == "__main__":
    main()
