"""Sums judged frames up: tracks over an interval, counts per second."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from controller.core.anomaly import PictureScore
from controller.core.records import FrameBoxes, Job, PersonTime, ScoreSummary, TrackedBox, TrackSummary, Verdict
from shared.ids import RuleId, VerdictId

GAP_MS = 2000
"""A verdict covers time without holes: after a longer one a new verdict begins."""

STRETCH_MS = 60_000
"""What is judged all the time is written down minute by minute."""

MAX_FRAMES = 3000
"""Ten minutes at 5 per second; events are chained long before."""


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


def add_score(summary: ScoreSummary | None, found: PictureScore) -> ScoreSummary:
    """An interval's scores with one more."""
    fresh = ScoreSummary("anomaly", found.score, found.pts_ms, 1, found.by.name, found.by.sha256)
    if summary is None:
        return fresh
    worse = fresh if fresh.most > summary.most else summary
    return replace(worse, count=summary.count + 1, model=fresh.model, model_sha256=fresh.model_sha256)


def add_person_time(one: PersonTime, other: PersonTime) -> PersonTime:
    """Two of the same rule and step as one."""
    return replace(
        other,
        judged_ms=one.judged_ms + other.judged_ms,
        present_ms=one.present_ms + other.present_ms,
        breach_ms=one.breach_ms + other.breach_ms,
        unknown_ms=one.unknown_ms + other.unknown_ms,
        tracks=one.tracks + other.tracks,
    )


class Model(Protocol):
    """Who judged."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def provider(self) -> str: ...


@dataclass(slots=True)
class Draft:
    """A verdict that grows frame by frame, for `longest_ms` at most."""

    id: VerdictId
    longest_ms: int | None = None
    frames: list[FrameBoxes] = field(default_factory=list)
    attributes: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    changed: bool = False  # since `build` was called last
    anomaly: ScoreSummary | None = None
    person_time: dict[tuple[RuleId, int], PersonTime] = field(default_factory=dict)  # by rule and step
    model: Model | None = None  # who judged all of its frames

    def takes(self, pts_ms: int, model: Model | None = None) -> bool:
        """Whether a frame at `pts_ms`, judged by `model`, still belongs to it."""
        if not self.frames:
            return True
        if model is not None and self.model is not None and model.sha256 != self.model.sha256:
            return False
        if self.longest_ms is not None and pts_ms - self.frames[0].pts_ms >= self.longest_ms:
            return False
        return pts_ms - self.frames[-1].pts_ms <= GAP_MS and len(self.frames) < MAX_FRAMES

    def add(
        self,
        frame: FrameBoxes,
        attributes: Callable[[int], tuple[tuple[str, str], ...]],
        score: PictureScore | None = None,
        person_time: Sequence[PersonTime] = (),
        model: Model | None = None,
    ) -> None:
        self.frames.append(frame)
        self.model = model or self.model
        for one in person_time:
            key = (one.rule, one.step)
            self.person_time[key] = add_person_time(self.person_time[key], one) if key in self.person_time else one
        self.anomaly = self.anomaly if score is None else add_score(self.anomaly, score)
        self.attributes |= {box.track_id: attributes(box.track_id) for box in frame.boxes}
        self.changed = True

    def build(self, job: Job, model: Model, *, final: bool, thresholds: tuple[tuple[str, float], ...] = ()) -> Verdict:
        """The verdict so far; there must be a frame. `model`: who judged, where its frames do not say."""
        self.changed = False
        model = self.model or model
        return Verdict(
            id=self.id,
            camera=job.camera,
            event=job.event,
            start_ms=self.frames[0].pts_ms,
            end_ms=self.frames[-1].pts_ms,
            late=job.kind == "stored",
            final=final,
            model=model.name,
            model_sha256=model.sha256,
            provider=model.provider,
            sampled=len(self.frames),
            tracks=summarise(self.frames, lambda track: self.attributes.get(track, ())),
            frames=tuple(self.frames),
            thresholds=thresholds,
            scores=() if self.anomaly is None else (self.anomaly,),
            person_time=tuple(self.person_time.values()),
        )
