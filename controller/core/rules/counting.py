"""Conditions of the whole scene: how many there are, that nobody is there, how unusual it looks."""

from dataclasses import dataclass, field
from typing import Protocol

from controller.core.records import Occurrence, Rule
from controller.core.rules.scene import FLICKER_MS, SPARSE_MS, Frame
from controller.core.rules.situation import Situation

_FORGET_MS = 60_000
"""After this long without a judged frame nothing that was seen before says anything about now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one frame says. `holds` None: it says nothing, and its time does not count.

    `pending`: nothing yet. What the frame before said stands until something is said or the time between is too long.
    """

    holds: bool | None
    numbers: tuple[tuple[str, float], ...] = ()
    tracks: tuple[int, ...] = ()
    confidence: float = 1.0
    pending: bool = False


class SceneCondition(Protocol):
    """What a kind of rule asks of a whole frame."""

    def look(self, frame: Frame) -> Finding: ...

    def forget(self) -> None: ...


@dataclass(slots=True)
class Standing:
    """One rule about the scene. Only time between judged frames that both show the condition counts.

    A gap of more than 2 s that nobody judged counts neither for nor against it; after a minute all begins anew.
    `patience_ms`: how long the condition may be out of sight without starting anew.
    """

    rule: Rule
    situation: Situation
    condition: SceneCondition
    patience_ms: int = 0
    timed: str | None = None  # the number under which its time is told
    _start_ms: int | None = None
    _held_ms: int = 0
    _frame_ms: int | None = None
    _held_before: bool = False  # the frame before showed it
    _tracks: tuple[int, ...] = field(default=())

    @property
    def occurrence(self) -> Occurrence | None:
        return self.situation.occurrence

    def violates(self, track: int) -> bool:
        return self.situation.occurrence is not None and track in self._tracks

    def finish(self) -> list[Occurrence]:
        self._start_ms, self._held_ms, self._frame_ms, self._held_before = None, 0, None, False
        self.condition.forget()
        return self.situation.end()

    def step(self, frame: Frame) -> list[Occurrence]:
        now = frame.now_ms
        ended = self.finish() if self._frame_ms is not None and now - self._frame_ms > _FORGET_MS else []
        finding = self.condition.look(frame)
        changed = self._hold(finding, now) if finding.holds else self._miss(finding, now)
        self._frame_ms = now
        self._held_before = finding.holds is True or (finding.pending and self._held_before)
        return ended + changed

    def _hold(self, finding: Finding, now: int) -> list[Occurrence]:
        situation = self.situation
        if self._start_ms is None:
            self._start_ms, self._held_ms = now, 0
        else:
            gap_ms = now - situation.true_ms
            self._held_ms += gap_ms if gap_ms <= (SPARSE_MS if self._held_before else self.patience_ms) else 0
        situation.true_ms = now
        self._tracks = finding.tracks
        persistence_ms = round(self.rule.hold_s * 1000)
        if self._held_ms < persistence_ms:
            return []
        situation.numbers.note(finding.numbers)
        if self.timed is not None:
            situation.numbers.note([(self.timed, self._held_ms / 1000)])
        if situation.occurrence is not None:
            return situation.join(finding.tracks, finding.confidence)
        condition_ms = now - (self._held_ms - persistence_ms)
        return [situation.begin(self._start_ms, condition_ms, finding.tracks, finding.confidence)]

    def _miss(self, finding: Finding, now: int) -> list[Occurrence]:
        situation = self.situation
        ended: list[Occurrence] = []
        if finding.holds is False:
            ended = situation.clear(now)
            if situation.occurrence is None and now - situation.true_ms > self.patience_ms:
                self._start_ms, self._held_ms = None, 0
        return ended


@dataclass(slots=True)
class Occupancy:
    """More than `most` or fewer than `least`. A doubtful one speaks against both."""

    rule: Rule
    _seen_ms: dict[int, int] = field(default_factory=dict)

    def look(self, frame: Frame) -> Finding:
        rule, now = self.rule, frame.now_ms
        inside = [seen for seen in frame.of_classes(rule.classes) if frame.contains(rule.zone, seen)]
        sure = tuple(seen.box.track_id for seen in inside if seen.confirmed and frame.sure(seen, rule))
        for seen in frame.of_classes(rule.classes):
            self._seen_ms.pop(seen.box.track_id, None)
        self._seen_ms = {track: at for track, at in self._seen_ms.items() if now - at <= FLICKER_MS}
        self._seen_ms.update({seen.box.track_id: now for seen in inside})
        if rule.most is not None and len(sure) > rule.most:
            return Finding(holds=True, numbers=(("count", len(sure)),), tracks=sure)
        if rule.least is not None and len(self._seen_ms) < rule.least:
            return Finding(holds=True, numbers=(("count", len(self._seen_ms)),), tracks=sure)
        return Finding(holds=False)

    def forget(self) -> None:
        self._seen_ms.clear()


@dataclass(frozen=True, slots=True)
class Absence:
    """Nobody in the zone. One who is seen for the first time may be a mistake: that frame says nothing."""

    rule: Rule

    def look(self, frame: Frame) -> Finding:
        there = [seen for seen in frame.of_classes(self.rule.classes) if frame.contains(self.rule.zone, seen)]
        if any(seen.confirmed and frame.sure(seen, self.rule) for seen in there):
            return Finding(holds=False)
        return Finding(holds=None if there else True)

    def forget(self) -> None:
        return


@dataclass(slots=True)
class Anomaly:
    """The picture's score is at its threshold or over. Scores come beside the judging, not with every frame.

    A frame without one says nothing; a minute without any says that nothing lasts.
    """

    rule: Rule
    _score_ms: int | None = None

    def look(self, frame: Frame) -> Finding:
        score = frame.scene.scores.get("anomaly")
        if score is None:
            silent = self._score_ms is not None and frame.now_ms - self._score_ms > _FORGET_MS
            return Finding(holds=False) if silent else Finding(holds=None, pending=True)
        self._score_ms = frame.now_ms
        return Finding(holds=score >= self.rule.threshold, numbers=(("score", score),), confidence=max(0.0, score))

    def forget(self) -> None:
        self._score_ms = None
