"""Sums judged frames up: tracks over an interval, counts per second."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from controller.core.records import FrameBoxes, TrackedBox, TrackSummary


def summarise(
    frames: Iterable[FrameBoxes], attributes: Callable[[int], tuple[tuple[str, str], ...]] = lambda _: ()
) -> tuple[TrackSummary, ...]:
    """One summary per track seen in `frames`, in the order of their first sight."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    best: dict[int, tuple[int, TrackedBox]] = {}
    for frame in frames:
        for box in frame.boxes:
            first.setdefault(box.track_id, frame.pts_ms)
            last[box.track_id] = frame.pts_ms
            if box.track_id not in best or box.confidence > best[box.track_id][1].confidence:
                best[box.track_id] = (frame.pts_ms, box)
    return tuple(
        TrackSummary(
            track_id=track,
            class_name=box.class_name,
            first_ms=first[track],
            last_ms=last[track],
            confidence=box.confidence,
            best_ms=best_ms,
            best_box=box.box,
            attributes=attributes(track),
        )
        for track, (best_ms, box) in best.items()
    )


def count_per_second(frames: Sequence[FrameBoxes]) -> tuple[tuple[int, dict[str, int]], ...]:
    """(second, class -> boxes) for every second with judged frames: the count of the median frame per class."""
    by_second: dict[int, list[Counter[str]]] = {}
    for frame in frames:
        counts = Counter(box.class_name for box in frame.boxes)
        by_second.setdefault(frame.pts_ms // 1000, []).append(counts)
    result: list[tuple[int, dict[str, int]]] = []
    for second in sorted(by_second):
        counted = by_second[second]
        names = sorted({name for counts in counted for name in counts})
        median = {n: sorted(c[n] for c in counted)[len(counted) // 2] for n in names}
        result.append((second, {n: count for n, count in median.items() if count}))
    return tuple(result)
