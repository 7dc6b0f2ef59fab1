"""Decides what goes first, when it is tried again and what is given up. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.core.media import Run
from edge_agent.core.run_cutter import MediaClass
from shared.ids import EventId, FactId, RunId

MAX_IN_FLIGHT = 64
KEEP_ACKNOWLEDGED_MS = 7 * 86_400_000
RANK: Mapping[MediaClass, int] = {"promoted": 0, "gated": 1, "motion": 2, "continuous": 3}

UNKNOWN_MD5 = "0" * 32
"""Of a run that was gone before anybody read it."""

UploadState = Literal["announced", "uploaded", "stored", "lost"]


@dataclass(frozen=True, slots=True)
class Upload:
    """One run on its way to the store; `priority` may be raised above the class it was announced with."""

    id: RunId
    run: Run
    media_class: MediaClass
    priority: MediaClass
    event: EventId | None
    state: UploadState
    rev: int
    fact: FactId  # the last revision told
    reason: str = field(default="")

    @property
    def start_ms(self) -> int:
        return self.run.segments[0].start_ms

    @property
    def end_ms(self) -> int:
        return self.run.segments[-1].end_ms


def retry_delay_ms(attempt: int, first_ms: int, longest_ms: int, unit: float) -> int:
    """Delay after the `attempt`-th try (from 1): doubling up to `longest_ms`, spread over ±20 % by `unit` (0..1)."""
    plain_ms = min(longest_ms, first_ms * 2 ** min(max(attempt, 1) - 1, 20))
    return int(plain_ms * (0.8 + 0.4 * unit))


def resend_delay_ms(attempt: int, unit: float) -> int:
    """When an unacknowledged fact is sent again: 5 s, doubling to 60 s."""
    return retry_delay_ms(attempt, 5_000, 60_000, unit)


def fact_priority(kind: str, media_class: str = "") -> int:
    """0 goes first: events and tamper, promoted runs, other runs, the ledger."""
    if kind in {"event", "tamper"}:
        return 0
    if kind == "run":
        return 1 if media_class == "promoted" else 2
    return 3


def next_transfer(ready: Iterable[Upload], running: Iterable[MediaClass]) -> Upload | None:
    """The upload to start now: best class first, oldest first; a class waits for its own and better ones."""
    best = min(ready, key=lambda upload: (RANK[upload.priority], upload.start_ms), default=None)
    if best is None or any(RANK[media_class] <= RANK[best.priority] for media_class in running):
        return None
    return best


def over_budget(waiting: Iterable[Upload], budget_bytes: int) -> tuple[Upload, ...]:
    """What must be given up so that the rest fits: the oldest of the lowest class first."""
    kept = sorted(waiting, key=lambda upload: (-RANK[upload.priority], upload.start_ms))
    held_bytes = sum(upload.run.length_bytes for upload in kept)
    gone: list[Upload] = []
    for upload in kept:
        if held_bytes <= budget_bytes:
            break
        gone.append(upload)
        held_bytes -= upload.run.length_bytes
    return tuple(gone)
