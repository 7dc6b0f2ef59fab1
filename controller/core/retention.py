"""Decides which stored runs go: too old for their class, or over the quota; the lowest class first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.ids import RunId
from shared.kinds import MEDIA_CLASSES, MediaClass

CLASSES: tuple[MediaClass, ...] = MEDIA_CLASSES[::-1]
"""Lowest first: what goes first when space is short."""
YOUNGEST_MS = 3_600_000
"""Nothing younger goes, nor what is stored for less, whatever the quota says: a grant for it could still be used."""

_PASSING_MS = 120_000
_REFUSED_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored run as retention sees it."""

    run: RunId
    media_class: MediaClass
    end_ms: int
    length_bytes: int
    held: bool = False
    camera: str = ""
    first: bool = True  # it lies in the first store, and counts for its quota


@dataclass(frozen=True, slots=True)
class Retention:
    """How long and how much. Ages in ms by class, or by camera and class where it has its own; no quota: by age."""

    max_age_ms: Mapping[MediaClass, int]
    quota_bytes: int | None = None
    of_cameras: Mapping[tuple[str, MediaClass], int] = field(default_factory=dict)

    def age_ms(self, camera: str, media_class: MediaClass) -> int:
        """How old a camera's footage of a class may be."""
        return self.of_cameras.get((camera, media_class), self.max_age_ms[media_class])

    @property
    def apart(self) -> frozenset[str]:
        """Cameras that have ages of their own."""
        return frozenset(camera for camera, _ in self.of_cameras)

    @property
    def longest_ms(self) -> int:
        """Nothing is kept for longer."""
        return max((*self.max_age_ms.values(), *self.of_cameras.values()))


@dataclass(slots=True)
class Refusals:
    """What could not be deleted a short while ago: looked past, so that it does not keep the rest from going."""

    most: int = 5_000
    _until_ms: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, now_ms: int, *, passing: bool) -> None:
        """It is tried again in two minutes where the fault is `passing`, else in an hour. None beyond `most`."""
        if len(self._until_ms) < self.most:
            self._until_ms[key] = now_ms + (_PASSING_MS if passing else _REFUSED_MS)

    def standing(self, now_ms: int) -> frozenset[str]:
        """What is not tried at `now_ms`."""
        self._until_ms = {key: until_ms for key, until_ms in self._until_ms.items() if until_ms > now_ms}
        return frozenset(self._until_ms)


def due(runs: Sequence[Kept], used_bytes: int, now_ms: int, retention: Retention) -> tuple[RunId, ...]:
    """Which of `runs` go now, those of the first store first: a second that is away keeps none of them back.

    `used_bytes` counts all of the first store, also what is not in `runs`.
    """
    free = [run for run in runs if not run.held and now_ms - run.end_ms >= YOUNGEST_MS]
    old = [run for run in free if now_ms - run.end_ms > retention.age_ms(run.camera, run.media_class)]
    chosen = {run.run for run in old}
    if retention.quota_bytes is not None:
        left = used_bytes - sum(run.length_bytes for run in old if run.first)
        rest = sorted(
            (run for run in free if run.first and run.run not in chosen),
            key=lambda run: (CLASSES.index(run.media_class), run.end_ms, run.run),
        )
        for run in rest:
            if left <= retention.quota_bytes:
                break
            chosen.add(run.run)
            left -= run.length_bytes
    return tuple(run.run for run in sorted(runs, key=lambda run: not run.first) if run.run in chosen)


def within(runs: Sequence[Kept], chosen: Sequence[RunId], left: dict[str, int]) -> tuple[RunId, ...]:
    """Those of `chosen` that fit into how many of each class may still go; `left` has so many fewer then."""
    of = {run.run: run.media_class for run in runs}
    found: list[RunId] = []
    for run in chosen:
        if left.get(of[run], 0) > 0:
            left[of[run]] -= 1
            found.append(run)
    return tuple(found)
