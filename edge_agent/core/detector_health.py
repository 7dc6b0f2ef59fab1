"""Decides when the light detector's process counts as hung, and when it may start again. Pure: time is an argument.

Invariants, held by tests/unit/edge_agent/core/test_detector_health.py:
1. A model that was refused, or ended its process while it was tried, is not tried again for ten minutes.
2. Otherwise the pause before a start grows from 1 s to at most 60 s and is reset only by a minute of life.
"""

from dataclasses import dataclass
from typing import Literal

DetectorState = Literal["off", "starting", "ok", "refused", "restarting"]

_TRIAL_MS = 30_000
_SILENT_MS = 10_000
_REFUSED_PAUSE_MS = 600_000
_PAUSE_MS = 1_000
_LONGEST_PAUSE_MS = 60_000
_SOUND_MS = 60_000


@dataclass(frozen=True, slots=True)
class DetectorHealth:
    """How the light detector is, for people; it stays refused, with the reason, until it is ready."""

    state: DetectorState = "off"
    reason: str = ""


def health_after(ready_ms: int | None, reason: str) -> DetectorHealth:
    """How it is after a process that was ready for `ready_ms`; None: it never was."""
    return DetectorHealth("refused" if ready_ms is None else "restarting", reason)


def is_hung(ready_ms: int | None, since_ms: int) -> bool:
    """Whether a process has been silent for too long; `ready_ms` None: its model is still tried."""
    return since_ms > (_TRIAL_MS if ready_ms is None else _SILENT_MS)


@dataclass(frozen=True, slots=True)
class DetectorPause:
    """How long to wait before the next start."""

    pause_ms: int = 0

    def after(self, ready_ms: int | None) -> "DetectorPause":
        """The pause after a process that was ready for `ready_ms`; None: it never was."""
        if ready_ms is None:
            return DetectorPause(_REFUSED_PAUSE_MS)
        if ready_ms >= _SOUND_MS or not 0 < self.pause_ms <= _LONGEST_PAUSE_MS:
            return DetectorPause(_PAUSE_MS)
        return DetectorPause(min(_LONGEST_PAUSE_MS, self.pause_ms * 2))
