"""Compares our motion judgement with MOG2, KNN and frame difference on films with known truth, in one run.

Usage: python bench/motion.py TEST_DATA_FOLDER
"""

import json
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
}
LEAST_SHARE = 0.003
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
    """Intervals, and the median time for a frame in ms."""
    state, found, spent = ActivityState(), [], []
    for frame in frames:
        begun = time.perf_counter_ns()
        motion = judge(frame)
        spent.append((time.perf_counter_ns() - begun) / 1e6)
        state, closed = step(state, motion)
        if closed is not None:
            found.append(closed)
    last = finish(state)
    return (found if last is None else [*found, last]), float(np.median(spent))


def score(found: list[Interval], truth: list[tuple[float, float]], length_s: float) -> tuple[float, float, float]:
    """IoU in time; motion seconds over 1 s from any truth; true seconds without motion."""
    grid = np.arange(0, length_s, 0.01)

    def cover(spans: list[tuple[float, float]]) -> NDArray[np.bool_]:
        covered = np.zeros(grid.shape, np.bool_)
        for begin, end in spans:
            covered |= (grid >= begin) & (grid < end)
        return covered

    seen, true = cover([(i.start_ms / 1000, i.end_ms / 1000) for i in found]), cover(truth)
    near = cover([(begin - 1, end + 1) for begin, end in truth])
    union = int((seen | true).sum())
    return int((seen & true).sum()) / union if union else 1.0, (seen & ~near).sum() * 0.01, (true & ~seen).sum() * 0.01


def main(data: Path) -> None:
    """Print one row per film and method."""
    cv2.setNumThreads(1)
    print(f"{datetime.now(UTC):%Y-%m-%d} {platform.machine()} {platform.processor() or platform.platform()}")
    print(f"{'film':14} {'method':11} {'events':>6} {'IoU':>6} {'false s':>8} {'missed s':>9} {'ms':>7}")
    for name, (file, truth_key) in FILMS.items():
        truth_file = json.loads((data / "gt" / f"{name}.json").read_text(encoding="utf-8"))
        truth = [(row["start_s"], row["end_s"]) for row in truth_file[truth_key]]
        with VideoFile(data / "videos" / file) as film:
            frames = list(film.luma(10))
            length_s = film.duration_ms / 1000
        for method, build in METHODS.items():
            found, median_ms = judge_film(frames, build())
            iou, false_s, missed_s = score(found, truth, length_s)
            print(f"{name:14} {method:11} {len(found):6} {iou:6.3f} {false_s:8.2f} {missed_s:9.2f} {median_ms:7.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
