"""What the node's flows need of the world."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from edge_agent.core.media import CameraSigns, LumaFrame, Packet, Quality, Run, Segment, StreamInfo
from shared.ids import CameraId
from shared.messages import EventFact, Grant, LedgerFact, RunFact, TamperFact


class CameraFeed(Protocol):
    """One supervised camera process, seen from the agent. Recording goes on in that process whatever we do here."""

    @property
    def camera(self) -> CameraId: ...

    def signs(self) -> CameraSigns: ...

    async def next_luma(self) -> LumaFrame:
        """Wait for a frame newer than the last one given; the newest wins."""
        ...

    async def next_segment(self) -> Segment:
        """Wait for the next closed segment, each exactly once and in order; recovered ones come first."""
        ...

    def live(
        self, quality: Quality, since_ms: int | None
    ) -> AbstractAsyncContextManager[AsyncIterator[tuple[StreamInfo, Packet]]]:
        """Encoded packets from the keyframe at or before `since_ms` (memory reaches <= 10 s), else the newest keyframe.

        A slow reader loses whole GOPs, never stalls the camera.
        """
        ...

    async def run(self) -> None:
        """Supervise the camera's process until cancelled: restart with growing back-off when its frames get old."""
        ...


class Ring(Protocol):
    """The recordings of all cameras on this node's disk."""

    def between(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[Segment, ...]:
        """Closed segments that overlap the span, oldest first."""
        ...

    def hold(self, segment: Segment) -> None:
        """Hard-link a segment under `held/` so that it outlives the ring; idempotent."""
        ...

    def release(self, segment: Segment) -> None:
        """Drop the link; idempotent."""
        ...

    def describe(self, segments: Sequence[Segment]) -> Run:
        """Length and hashes of the run these segments make; `Rejected` unless one muxer and consecutive."""
        ...

    def read(self, run: Run) -> AsyncIterator[bytes]:
        """The run's bytes, from the ring or from `held/`; raises `Rejected` when a segment is gone."""
        ...

    def held_bytes(self, camera: CameraId) -> int: ...

    def extent(self, camera: CameraId) -> tuple[float, int]:
        """Seconds and bytes in the ring now."""
        ...


AnyFact = EventFact | RunFact | LedgerFact | TamperFact


class Outbox(Protocol):
    """Facts and uploads that wait, durable before `put` returns (SQLite, synchronous=FULL)."""

    def next_seq(self) -> int:
        """The next number of this agent start."""
        ...

    def put(self, facts: Sequence[AnyFact]) -> None:
        """Keep facts until acknowledged (then 7 days more)."""
        ...

    def due(self, now_ms: int, limit: int) -> tuple[AnyFact, ...]:
        """Unacknowledged facts whose (re)send is due, events and tamper first."""
        ...

    def sent(self, fact: str, now_ms: int) -> None: ...

    def acknowledged(self, fact: str, now_ms: int) -> None: ...

    def replay(self, since_ms: int) -> int:
        """Mark acknowledged facts made since then as unsent; returns how many."""
        ...

    def depth(self, now_ms: int) -> tuple[int, float]:
        """Unacknowledged facts and the age of the oldest in seconds."""
        ...


class Uplink(Protocol):
    """HTTP to wherever a grant points."""

    async def put(self, grant: Grant, body: AsyncIterator[bytes], length_bytes: int) -> None:
        """PUT exactly these bytes; returns when the store has answered 2xx or 412 (already there).

        Raises `Transient`, or `Rejected` when the grant has run out or the store refuses the bytes.
        """
        ...
