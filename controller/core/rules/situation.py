"""A rule's open occurrence: raised, joined, ended two clear seconds later, with the numbers that say why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from controller.core.records import CLEAR_MS, Occurrence, Rule
from controller.core.rules.scene import Frame
from shared.ids import CameraId


class Judge(Protocol):
    """One rule's memory on one camera."""

    rule: Rule

    @property
    def occurrence(self) -> Occurrence | None:
        """What lasts."""
        ...

    def step(self, frame: Frame) -> list[Occurrence]:
        """Judge one frame; what was raised, changed or ended."""
        ...

    def finish(self) -> list[Occurrence]:
        """Nothing more comes: end what lasts at the last time it was seen to hold, and forget."""
        ...

    def violates(self, track: int) -> bool:
        """Whether this track is one of those that the rule is about now."""
        ...


@dataclass(slots=True)
class Numbers:
    """Why it fired: the worst of each number while it lasts. `lowest`: those of which the least is the worst."""

    lowest: frozenset[str] = frozenset()
    _worst: dict[str, float] = field(default_factory=dict)

    def note(self, numbers: Iterable[tuple[str, float]]) -> None:
        for name, value in numbers:
            known = self._worst.get(name, value)
            self._worst[name] = min(known, value) if name in self.lowest else max(known, value)

    def forget(self) -> None:
        self._worst.clear()

    def told(self) -> tuple[tuple[str, float], ...]:
        """As an occurrence has them."""
        return tuple((name, round(value, 3)) for name, value in sorted(self._worst.items()))


@dataclass(slots=True)
class Situation:
    """At most one occurrence at a time."""

    rule: Rule
    camera: CameraId
    mint: Callable[[], str]
    occurrence: Occurrence | None = None
    true_ms: int = 0  # when the condition was last seen to hold
    numbers: Numbers = field(default_factory=Numbers)

    def begin(self, start_ms: int, condition_ms: int, tracks: Iterable[int], confidence: float) -> Occurrence:
        self.occurrence = Occurrence(
            id=self.mint(),
            rule=self.rule,
            camera=self.camera,
            start_ms=start_ms,
            condition_ms=condition_ms,
            end_ms=None,
            track_ids=tuple(sorted(set(tracks))),
            confidence=min(1.0, confidence),
            numbers=self.numbers.told(),
        )
        return self.occurrence

    def join(self, tracks: Iterable[int], confidence: float) -> list[Occurrence]:
        """Tracks that belong to it too; the occurrence when that changed it."""
        if self.occurrence is None:
            return []
        every = tuple(sorted({*self.occurrence.track_ids, *tracks}))
        if every == self.occurrence.track_ids:
            return []
        return [self.change(every, confidence)]

    def change(self, tracks: tuple[int, ...], confidence: float) -> Occurrence:
        """The lasting occurrence with these tracks and the numbers as they are now."""
        assert self.occurrence is not None  # noqa: S101 - its callers looked
        best = min(1.0, max(self.occurrence.confidence, confidence))
        self.occurrence = replace(self.occurrence, track_ids=tracks, confidence=best, numbers=self.numbers.told())
        return self.occurrence

    def clear(self, now_ms: int) -> list[Occurrence]:
        """End it when the condition has been clear for long enough."""
        return self.end() if self.occurrence is not None and now_ms - self.true_ms >= CLEAR_MS else []

    def end(self) -> list[Occurrence]:
        if self.occurrence is None:
            self.numbers.forget()
            return []
        end_ms = max(self.true_ms, self.occurrence.condition_ms)
        ended = replace(self.occurrence, end_ms=end_ms, numbers=self.numbers.told())
        self.occurrence = None
        self.numbers.forget()
        return [ended]
