"""Decides which uploads go first and which are given up when too much waits. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.core.media import Run
from shared.ids import EventId, FactId, RunId
from shared.kinds import MediaClass

RANK: Mapping[MediaClass, int] = {"promoted": 0, "gated": 1, "motion": 2, "continuous": 3}

UNKNOWN_MD5 = "0" * 32
"""Of a run that was gone before anybody read it."""

UploadState = Literal["announced", "uploaded", "stored", "released", "lost"]
"""`released`: given up, and the ring still has some of it, which may be asked for again."""
Readiness = Literal["ready", "waits", "passed"]


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


def transfer_order(upload: Upload, running_events: Collection[EventId]) -> tuple[int, int, int]:
    """What goes first sorts first: the best class; in it running events, their newest first; then the oldest."""
    if upload.event in running_events:
        return RANK[upload.priority], 0, -upload.start_ms
    return RANK[upload.priority], 1, upload.start_ms


def next_transfer(
    waiting: Iterable[tuple[Upload, Readiness]], running: Iterable[MediaClass], running_events: Collection[EventId] = ()
) -> Upload | None:
    """The upload to start now, by `transfer_order`: a class waits for its own and better ones.

    Within a class nothing overtakes an upload that *waits*; one that is *passed* may be overtaken.
    """
    held_up: set[int] = set()
    for upload, readiness in sorted(waiting, key=lambda pair: transfer_order(pair[0], running_events)):
        rank = RANK[upload.priority]
        if rank in held_up or readiness == "passed":
            continue
        if readiness == "ready":
            return None if any(RANK[media_class] <= rank for media_class in running) else upload
        held_up.add(rank)
    return None


def over_budget(waiting: Iterable[tuple[Upload, int]], budget_bytes: int) -> tuple[Upload, ...]:
    """What must be given up so that the rest fits: the oldest of the lowest class first.

    With each upload the bytes of it that the ring has let go and only `held/` keeps: nothing else is charged, and an
    upload that the ring still has whole is never given up.
    """
    charged = sorted(
        ((upload, beyond_bytes) for upload, beyond_bytes in waiting if beyond_bytes > 0),
        key=lambda pair: (-RANK[pair[0].priority], pair[0].start_ms),
    )
    excess_bytes = sum(beyond_bytes for _, beyond_bytes in charged) - budget_bytes
    gone: list[Upload] = []
    for upload, beyond_bytes in charged:
        if excess_bytes <= 0:
            break
        gone.append(upload)
        excess_bytes -= beyond_bytes
    return tuple(gone)
