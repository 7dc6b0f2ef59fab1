"""Compares our motion judgement with MOG2, KNN and frame difference on films with known truth, in one run.

Usage: python bench/motion.py TEST_DATA_FOLDER

Per film, rate and method, from a cold start: true events that were found, intervals reported, IoU in time, seconds of
motion more than 1 s from any truth, true seconds without motion, and the median CPU time of one small picture on one
thread. The last column names the columns that miss their aim, or says `ok`.
"""

import csv
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.adapters.video_file import VideoFile
from edge_agent.core.activity import ActivityState, Interval, finish, step
from edge_agent.core.media import LumaFrame
from edge_agent.core.motion import Motion, MotionMeter

FILMS = {
    "one-by-one": ("one-by-one-person-detection.mp4", "person_any_part"),
    "car-detection": ("car-detection.mp4", "vehicle_present"),
    "person-7sec": ("person-bicycle-car-detection-7sec.mp4", "person_any_part"),
    "worker-zone": ("worker-zone-preview.mp4", "person_any_part"),
    "vtest": ("vtest_480x360.mp4", "vtest_boxes_480x360.csv"),
}
RATES = (5, 10)
LEAST_SHARE = 0.003
MOST_FALSE_S = {"one-by-one": 0.0, "car-detection": 0.0}
MOST_FALSE_ELSEWHERE_S = 0.5
MOST_MISSED_S = {"one-by-one": 5.0}
MOST_MS = 0.4
Spans = list[tuple[float, float]]
Judge = Callable[[LumaFrame], Motion]


def by_mask(make: Callable[[], Callable[[NDArray[np.uint8]], NDArray[np.uint8]]]) -> Callable[[], Judge]:
    """A detector that gives a mask, opened by 3x3, with the share of the picture that others use."""

    def build() -> Judge:
        apply = make()
        kernel = np.ones((3, 3), np.uint8)

        def judge(frame: LumaFrame) -> Motion:
            mask = cv2.morphologyEx(apply(frame.luma), cv2.MORPH_OPEN, kernel)
            share = float(np.count_nonzero(mask > 200)) / mask.size  # 127 is MOG2's shadow
            return Motion(frame.pts_ms, share, moving=share >= LEAST_SHARE, held=False)

        return judge

    return build


def difference() -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """Blurred difference to the frame before, over 25 grey levels."""
    before: list[NDArray[np.uint8]] = []

    def apply(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        blurred = np.asarray(cv2.GaussianBlur(luma, (5, 5), 0), np.uint8)
        last = before[0] if before else blurred
        before[:] = [blurred]
        return np.asarray((cv2.absdiff(blurred, last) > 25) * 255, np.uint8)

    return apply


def ours() -> Judge:
    return MotionMeter().judge


def mog2() -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    return cv2.createBackgroundSubtractorMOG2().apply  # type: ignore[return-value]


def knn() -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    return cv2.createBackgroundSubtractorKNN().apply  # type: ignore[return-value]


METHODS: dict[str, Callable[[], Judge]] = {
    "ours": ours,
    "MOG2": by_mask(mog2),
    "KNN": by_mask(knn),
    "difference": by_mask(difference),
}


def judge_film(frames: list[LumaFrame], judge: Judge) -> tuple[list[Interval], float]:
    """Intervals, and the median CPU time for a frame in ms."""
    state, found, spent = ActivityState(), [], []
    for frame in frames:
        begun = time.thread_time_ns()
        motion = judge(frame)
        spent.append((time.thread_time_ns() - begun) / 1e6)
        state, closed = step(state, motion)
        if closed is not None:
            found.append(closed)
    last = finish(state)
    return (found if last is None else [*found, last]), float(np.median(spent))


def score(found: list[Interval], truth: Spans, length_s: float) -> tuple[float, float, float]:
    """IoU in time; motion seconds over 1 s from any truth; true seconds without motion."""
    grid = np.arange(0, length_s, 0.01)

    def cover(spans: Spans) -> NDArray[np.bool_]:
        covered = np.zeros(grid.shape, np.bool_)
        for begin, end in spans:
            covered |= (grid >= begin) & (grid < end)
        return covered

    seen, true = cover([(i.start_ms / 1000, i.end_ms / 1000) for i in found]), cover(truth)
    near = cover([(begin - 1, end + 1) for begin, end in truth])
    union = int((seen | true).sum())
    return int((seen & true).sum()) / union if union else 1.0, (seen & ~near).sum() * 0.01, (true & ~seen).sum() * 0.01


def truth_of(data: Path, name: str, source: str) -> Spans:
    """When there is something to be seen: from a JSON key, or from a table of boxes of a film at 10 frames a second."""
    if not source.endswith(".csv"):
        document = json.loads((data / "gt" / f"{name}.json").read_text(encoding="utf-8"))
        return [(row["start_s"], row["end_s"]) for row in document[source]]
    with (data / "gt" / source).open(encoding="utf-8", newline="") as file:
        frames = sorted({int(row["frame"]) for row in csv.DictReader(file)})
    spans: Spans = []
    for number in frames:
        if spans and number / 10 - spans[-1][1] < 0.01:
            spans[-1] = (spans[-1][0], (number + 1) / 10)
        else:
            spans.append((number / 10, (number + 1) / 10))
    return spans


def found_of(found: list[Interval], truth: Spans) -> int:
    """How many true spans some interval overlaps."""
    return sum(any(i.start_ms / 1000 < end and i.end_ms / 1000 > begin for i in found) for begin, end in truth)


def missed_aims(film: str, all_found: bool, false_s: float, missed_s: float, ms: float) -> str:
    """The columns that are not good enough."""
    misses = {
        "events": not all_found,
        "false": false_s > MOST_FALSE_S.get(film, MOST_FALSE_ELSEWHERE_S),
        "missed": missed_s > MOST_MISSED_S.get(film, float("inf")),
        "ms": ms > MOST_MS,
    }
    return " ".join(column for column, missed in misses.items() if missed)


def machine() -> str:
    """The processor, by its name where the system tells it."""
    for line in (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else ()
    ):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main(data: Path) -> None:
    """Print one row per film, rate and method."""
    cv2.setNumThreads(1)
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, OpenCV {cv2.__version__}")
    print(
        f"{'film':13} {'fps':>3} {'picture':>8} {'method':10} {'events':>7} {'told':>4} {'IoU':>5} {'false s':>7} "
        f"{'missed s':>8} {'ms':>6}  aims"
    )
    for name, (file, source) in FILMS.items():
        truth = truth_of(data, name, source)
        for rate in RATES:
            with VideoFile(data / "videos" / file) as film:
                frames = list(film.luma(rate))
                length_s = film.duration_ms / 1000
            height, width = frames[0].luma.shape
            for method, build in METHODS.items():
                found, median_ms = judge_film(frames, build())
                iou, false_s, missed_s = score(found, truth, length_s)
                seen = found_of(found, truth)
                misses = missed_aims(name, seen == len(truth), false_s, missed_s, median_ms)
                print(
                    f"{name:13} {rate:3} {width:4}x{height:3} {method:10} {seen:3}/{len(truth):3} {len(found):4} "
                    f"{iou:5.3f} {false_s:7.2f} {missed_s:8.2f} {median_ms:6.3f}  {misses or 'ok'}"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
