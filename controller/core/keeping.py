"""How long footage is kept: of all, of a purpose, of a camera, of a camera's purpose; the nearest rule counts. Pure.

Invariants, held by tests/unit/controller/core/test_keeping.py:
1. A camera's own rule of a purpose comes before a camera's own, this before a purpose's, and this before the site's.
2. Without rules the settings' days count for everything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.core.retention import CLASSES, Retention
from controller.core.storage import DAY_MS
from shared.kinds import MediaClass

LONGEST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class KeepRule:
    """So many days. No camera: every one; no class: every purpose."""

    camera: str | None
    media_class: MediaClass | None
    days: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """The rules of a site over the settings' `default_days`."""

    default_days: int
    rules: tuple[KeepRule, ...] = ()

    def days(self, camera: str, media_class: MediaClass) -> int:
        """How long a camera's footage of a purpose is kept."""
        found = {(rule.camera, rule.media_class): rule.days for rule in self.rules}
        for key in ((camera, media_class), (camera, None), (None, media_class), (None, None)):
            if key in found:
                return found[key]
        return self.default_days

    def changed(self, camera: str | None, media_class: MediaClass | None, days: int | None) -> "Keeping":
        """The same with one rule put, or taken away where `days` is none."""
        rest = tuple(rule for rule in self.rules if (rule.camera, rule.media_class) != (camera, media_class))
        return Keeping(self.default_days, rest if days is None else (*rest, KeepRule(camera, media_class, days)))

    def retention(self, quota_bytes: int | None) -> Retention:
        """The same as sweep takes it."""
        own = {rule.camera for rule in self.rules if rule.camera is not None}
        return Retention(
            {one: self.days("", one) * DAY_MS for one in CLASSES},
            quota_bytes,
            {(camera, one): self.days(camera, one) * DAY_MS for camera in sorted(own) for one in CLASSES},
        )


def shortened(before: Keeping, after: Keeping, cameras: Iterable[str]) -> Mapping[tuple[str, MediaClass], int]:
    """What is kept for less time than before: days, by camera and purpose."""
    return {
        (camera, one): after.days(camera, one)
        for camera in cameras
        for one in CLASSES
        if after.days(camera, one) < before.days(camera, one)
    }
