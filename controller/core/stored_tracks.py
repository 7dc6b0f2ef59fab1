"""Stored verdicts as one camera's history: frames in order, each once, each track with a number of its own. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from controller.core.records import FrameBoxes, Rule, TrackedBox
from controller.core.tracking import Observation, TrackerSettings
from controller.core.verdict import GAP_MS
from shared.geometry import intersection
from shared.texts import Text, say


class Coverage:
    """How much time judged pictures cover: those that are nearer to each other than a verdict's longest hole."""

    def __init__(self) -> None:
        self.last_ms = -1
        self.judged_ms = 0

    def take(self, pts_ms: int) -> None:
        """One more picture, later than all before."""
        if self.last_ms >= 0 and pts_ms - self.last_ms <= GAP_MS:
            self.judged_ms += pts_ms - self.last_ms
        self.last_ms = pts_ms


class History:
    """Takes verdicts of one camera by rising start and gives their frames.

    Workers count tracks anew when they start: a number goes on from one verdict to the next only where the same
    class of thing is at the same place.
    """

    def __init__(self) -> None:
        self.coverage = Coverage()
        self._next_id = 1
        self._ids: dict[int, int] = {}  # the verdict's number -> ours
        self._seen: dict[int, tuple[int, TrackedBox]] = {}  # the verdict's number -> when and where last

    def take(self, frames: Sequence[FrameBoxes]) -> tuple[FrameBoxes, ...]:
        """One verdict's frames that are news, renumbered."""
        fresh = [frame for frame in frames if frame.pts_ms > self.coverage.last_ms]
        first: dict[int, tuple[int, TrackedBox]] = {}
        for frame in fresh:
            for box in frame.boxes:
                first.setdefault(box.track_id, (frame.pts_ms, box))
        for number in list(self._ids):
            if number not in first or not _same(self._seen[number], first[number]):
                del self._ids[number], self._seen[number]
        return tuple(self._renumbered(frame) for frame in fresh)

    def _renumbered(self, frame: FrameBoxes) -> FrameBoxes:
        self.coverage.take(frame.pts_ms)
        boxes = []
        for box in frame.boxes:
            if box.track_id not in self._ids:
                self._ids[box.track_id] = self._next_id
                self._next_id += 1
            self._seen[box.track_id] = (frame.pts_ms, box)
            boxes.append(replace(box, track_id=self._ids[box.track_id]))
        return FrameBoxes(frame.pts_ms, tuple(boxes))


def observations(frame: FrameBoxes) -> tuple[Observation, ...]:
    """Stored boxes as the rules see them: only tracks that were believed are stored."""
    return tuple(Observation(box, confirmed=True, first_ms=frame.pts_ms) for box in frame.boxes)


def needs_of_tracks(rule: Rule) -> Text | None:
    """Why stored tracks cannot tell what this rule would have alarmed; None when they can."""
    if rule.kind == "ppe_missing":
        return say("trial_needs_items", rule=rule.name)
    least = TrackerSettings().strong
    if rule.kind != "anomaly" and rule.min_confidence < least:
        return say("trial_needs_faint", rule=rule.name, least=least)
    return needs_of_clips(rule)


def needs_of_clips(rule: Rule) -> Text | None:
    """Why stored footage cannot tell it either; None when it can."""
    return say("trial_needs_scores", rule=rule.name) if rule.kind == "anomaly" else None


def _same(before: tuple[int, TrackedBox], now: tuple[int, TrackedBox]) -> bool:
    return (
        now[0] - before[0] <= GAP_MS
        and now[1].class_name == before[1].class_name
        and intersection(now[1].box, before[1].box) > 0
    )
