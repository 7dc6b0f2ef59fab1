"""Conditions of single tracks that must hold for a while: the machinery behind most kinds of rules."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from controller.core.records import CLEAR_MS, Occurrence, Rule, TrackedBox
from controller.core.rules.scene import FLICKER_MS, SPARSE_MS, Frame
from controller.core.rules.situation import Numbers, Situation
from controller.core.tracking import Observation
from controller.core.zones import margin
from shared.geometry import Box, iou

_HEIR_MS = 1000
_HEIR_OVERLAP = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """A track fulfils the condition in this frame."""

    since_ms: int  # and did so since then, as far as this frame alone can tell
    exact_ms: int | None = None  # when it held last without the benefit of hysteresis; None: it does now
    numbers: tuple[tuple[str, float], ...] = ()
    also: tuple[int, ...] = ()  # other tracks that belong to it


class Condition(ABC):
    """What a kind of rule asks of a track that is in its zone, of its class and clear enough."""

    __slots__ = ()

    @abstractmethod
    def look(self, seen: Observation, frame: Frame) -> Found | None: ...

    def left(self, seen: Observation, frame: Frame) -> int | None:  # noqa: ARG002 - most tell nothing
        """When a track that was in its zone in the frame before went out of it; None: that is not told."""
        return None

    def forget(self) -> None:  # noqa: B027 - most remember nothing
        """Forget every track."""


@dataclass(slots=True)
class _Hold:
    """A rule's condition on one track."""

    start_ms: int
    true_ms: int
    exact_ms: int
    box: Box
    confidence: float
    ripe: bool = False  # held for the rule's persistence
    also: tuple[int, ...] = ()
    numbers: Numbers = field(default_factory=Numbers)


@dataclass(slots=True)
class Held:
    """One rule about single tracks. `patience_ms`: how long a track may be out of sight between two looks."""

    rule: Rule
    situation: Situation
    condition: Condition
    patience_ms: int = FLICKER_MS
    dwell: bool = False  # tell how long it was
    _holds: dict[int, _Hold] = field(default_factory=dict)
    _inside: set[int] = field(default_factory=set)
    _frame_ms: int | None = None  # the frame before

    @property
    def occurrence(self) -> Occurrence | None:
        return self.situation.occurrence

    def violates(self, track: int) -> bool:
        return any(hold.ripe and (track == one or track in hold.also) for one, hold in self._holds.items())

    def finish(self) -> list[Occurrence]:
        self._holds.clear()
        self._inside.clear()
        self._frame_ms = None
        self.condition.forget()
        return self.situation.end()

    def step(self, frame: Frame) -> list[Occurrence]:
        now = frame.now_ms
        visible = set(frame.rows)
        true_now: list[tuple[Observation, _Hold, Found]] = []
        for seen in frame.of_classes(self.rule.classes):
            if not frame.sure(seen, self.rule):
                continue
            if not self._present(seen, frame):
                self._leave(seen, frame)
                continue
            found = self.condition.look(seen, frame)
            if found is not None and not self._over(seen.box.track_id, found, now):
                true_now.append((seen, self._hold(seen.box, found, now, visible), found))
        self._holds = {t: h for t, h in self._holds.items() if now - h.true_ms <= SPARSE_MS}
        self._inside = {t for t in self._inside if frame.memory.knows(t)}
        self._frame_ms = now
        hold_ms = round(self.rule.hold_s * 1000)
        for seen, hold, _ in true_now:
            hold.ripe = hold.ripe or (seen.confirmed and now - hold.start_ms >= hold_ms)
        return self._advance(now, [one for one in true_now if one[0].confirmed], hold_ms)

    def _present(self, seen: Observation, frame: Frame) -> bool:
        track, zone = seen.box.track_id, self.rule.zone
        inside = frame.contains(zone, seen)
        if not inside and zone is not None and track in self._inside:
            inside = frame.edge_distance(zone, seen) <= margin(seen.box.box)
        (self._inside.add if inside else self._inside.discard)(track)
        return inside

    def _over(self, track: int, found: Found, now: int) -> bool:
        """Whether a track has been where only hysteresis keeps it for too long."""
        hold = self._holds.get(track)
        return found.exact_ms is not None and (hold is None or now - hold.exact_ms >= CLEAR_MS)

    def _leave(self, seen: Observation, frame: Frame) -> None:
        hold = self._holds.get(seen.box.track_id)
        if not self.dwell or hold is None or hold.true_ms != self._frame_ms or hold.exact_ms < hold.true_ms:
            return
        hold.exact_ms = self.condition.left(seen, frame) or hold.exact_ms
        if hold.ripe:
            self._note_dwell(hold)
            self.situation.true_ms = max(self.situation.true_ms, hold.exact_ms)

    def _note_dwell(self, hold: _Hold) -> None:
        self.situation.numbers.note([("dwell_s", (hold.exact_ms - hold.start_ms) / 1000)])

    def _hold(self, box: TrackedBox, found: Found, now: int, visible: set[int]) -> _Hold:
        hold = self._holds.get(box.track_id)
        gap_ms = SPARSE_MS if hold is not None and hold.true_ms == self._frame_ms else self.patience_ms
        if hold is None or now - hold.true_ms > gap_ms:
            numbers = Numbers(lowest=self.situation.numbers.lowest)
            fresh = _Hold(found.since_ms, now, found.since_ms, box.box, box.confidence, numbers=numbers)
            hold = _heir(self._holds, box, now, visible) or fresh
            self._holds[box.track_id] = hold
        hold.true_ms, hold.box, hold.also = now, box.box, found.also
        hold.exact_ms = now if found.exact_ms is None else max(hold.exact_ms, found.exact_ms)
        hold.numbers.note(found.numbers)
        hold.confidence = max(hold.confidence, box.confidence)
        return hold

    def _advance(
        self, now: int, true_now: Sequence[tuple[Observation, _Hold, Found]], hold_ms: int
    ) -> list[Occurrence]:
        situation = self.situation
        changed = situation.clear(now)
        exact_ms = [now if found.exact_ms is None else hold.exact_ms for _, hold, found in true_now]
        situation.true_ms = max([situation.true_ms, *exact_ms])
        ripe = [(seen, hold, found) for seen, hold, found in true_now if hold.ripe]
        if not ripe or (situation.occurrence is None and all(found.exact_ms is not None for _, _, found in ripe)):
            return changed
        for _, hold, _ in ripe:
            situation.numbers.note(hold.numbers.told())
            if self.dwell:
                self._note_dwell(hold)
        tracks = {track for seen, _, found in ripe for track in (seen.box.track_id, *found.also)}
        confidence = max(hold.confidence for _, hold, _ in ripe)
        if situation.occurrence is None:
            start_ms = min(hold.start_ms for _, hold, _ in ripe)
            return [*changed, situation.begin(start_ms, start_ms + hold_ms, tracks, confidence)]
        return changed + situation.join(tracks, confidence)


def _heir(holds: dict[int, _Hold], box: TrackedBox, now: int, visible: set[int]) -> _Hold | None:
    """A track that broke: the new one takes over its hold when it stands where the old one was lost."""
    near = [
        (iou(hold.box, box.box), track)
        for track, hold in holds.items()
        if track not in visible and now - hold.true_ms <= _HEIR_MS
    ]
    overlap, track = max(near, default=(0.0, 0))
    return holds.pop(track) if overlap >= _HEIR_OVERLAP else None
