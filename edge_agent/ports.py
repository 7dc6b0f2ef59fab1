"""What the node's flows need of the world."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.clock_offset import ClockError
from edge_agent.core.held_room import Room
from edge_agent.core.media import CameraSigns, LumaFrame, Packet, Quality, Run, Segment, StreamInfo
from edge_agent.core.reconfigure import Book
from edge_agent.core.run_cutter import Span
from edge_agent.core.sightings import Look, Thing
from edge_agent.core.upload_policy import Upload
from shared.ids import CameraId, RunId
from shared.messages import EventFact, Grant, LedgerFact, RunFact, TamperFact
from shared.topics import Channel, M


class CameraFeed(Protocol):
    """One supervised camera process, seen from the agent. Recording goes on in that process whatever we do here."""

    @property
    def camera(self) -> CameraId: ...

    def signs(self) -> CameraSigns: ...

    def record(self, since_ms: int | None) -> None:
        """Record from the keyframe at or before `since_ms` (memory reaches <= 10 s) on; None: no longer.

        Motion and live views go on. It outlives a restart of the camera's process.
        """
        ...

    def limit(self, quality: Quality, share: float) -> None:
        """Encode a stream with this share (0.05..1) of its bitrate from now on; it outlives restarts, as above.

        At half or less only every second picture is encoded: that is what costs a processor less. Neither a keyframe
        nor a gap comes of it. A stream that is passed through stays as it is.
        """
        ...

    def restart(self) -> None:
        """Have the process started anew, soon and without the pause after a failure; others are not touched."""
        ...

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

    def held_bytes(self, camera: CameraId) -> int:
        """Of what is held: the bytes that the ring itself has let go. Links to what it still has cost nothing."""
        ...

    def beyond_bytes(self, segments: Sequence[Segment]) -> int:
        """The same for these segments of one camera."""
        ...

    def ring_bytes(self, segments: Sequence[Segment]) -> int:
        """Of these segments of one camera: the bytes that the ring itself still has."""

    def room(self) -> Room:
        """What is left of the disk and what recorders could overwrite; it asks the disk."""

    def extent(self, camera: CameraId) -> tuple[float, int]:
        """Seconds and bytes in the ring now."""
        ...


AnyFact = EventFact | RunFact | LedgerFact | TamperFact


class Outbox(Protocol):
    """Facts and uploads that wait, durable before `put` returns (SQLite, synchronous=FULL)."""

    def next_seq(self) -> int:
        """The next number of this agent start."""
        ...

    def skip_seq(self, seq: int) -> None:
        """Numbers up to this one are used already; nothing happens when they are."""
        ...

    def put(self, facts: Sequence[AnyFact], notes: Mapping[str, str] | None = None) -> None:
        """Keep facts until acknowledged (then 7 days more), and `notes` for `recall`, all or nothing."""
        ...

    def recall(self, note: str) -> str | None:
        """The last value kept under a note's name."""
        ...

    def find(self, fact: str) -> AnyFact | None: ...

    def open_events(self) -> tuple[EventFact, ...]:
        """The latest revision of every event that is not closed."""
        ...

    def is_acknowledged(self, fact: str) -> bool: ...

    def unsend(self) -> None:
        """Take every unacknowledged fact as never sent: the other side starts anew."""
        ...

    def due(self, now_ms: int, limit: int) -> tuple[AnyFact, ...]:
        """Unacknowledged facts whose (re)send is due, events and tamper first, never more than 64 in flight.

        `now_ms` here and in `sent` is monotonic: a jump of the wall clock delays nothing.
        """
        ...

    def sent(self, fact: str, now_ms: int) -> None: ...

    def acknowledged(self, fact: str, now_ms: int) -> None:
        """`now_ms` is wall time, here and below."""
        ...

    def ledger_at(self, camera: CameraId, minute_ms: int) -> tuple[LedgerFact, ...]:
        """What is kept of one camera-minute, of any chain."""
        ...

    def ledger_waiting(self, camera: CameraId) -> tuple[LedgerFact, ...]:
        """A camera's unacknowledged ledger entries, oldest first."""
        ...

    def replace(self, gone: Sequence[str], facts: Sequence[AnyFact], notes: Mapping[str, str]) -> None:
        """Drop facts that nobody has heard of and keep others in their place, all or nothing."""
        ...

    def replay(self, since_ms: int) -> int:
        """Mark acknowledged facts made since then as unsent; returns how many."""
        ...

    def depth(self, now_ms: int) -> tuple[int, float]:
        """Unacknowledged facts and the age of the oldest in seconds."""
        ...

    def depth_by_kind(self) -> Mapping[str, int]:
        """Unacknowledged facts of each kind that has any: event, run, ledger, tamper."""
        ...

    def writes(self) -> tuple[int, bool]:
        """How many writes became durable, and whether one is waiting or the last one failed. Never waits."""
        ...


class Uplink(Protocol):
    """HTTP to wherever a grant points."""

    async def put(self, grant: Grant, body: AsyncIterator[bytes], length_bytes: int) -> None:
        """PUT exactly these bytes; returns when the store has answered 2xx or 412 (already there).

        Raises `Transient`, or `Rejected` when the grant has run out or the store refuses the bytes.
        """
        ...


class Uploads(Protocol):
    """Due spans and runs on their way to the store, durable like the outbox and in the same database."""

    def keep_span(self, span: Span) -> None:
        """Write a span, or its new end."""
        ...

    def drop_span(self, span: str) -> None: ...

    def spans(self, camera: CameraId) -> tuple[Span, ...]:
        """Oldest first."""
        ...

    def taken(self, camera: CameraId, since_ms: int) -> frozenset[str]:
        """Names of segments that start at or after `since_ms` and are in a run already."""
        ...

    def keep(self, upload: Upload, facts: Sequence[AnyFact]) -> None:
        """Write an upload (its segments are taken from now on) and the facts that tell of it, all or nothing."""
        ...

    def find(self, run: RunId) -> Upload | None: ...

    def unfinished(self) -> tuple[Upload, ...]:
        """Uploads that are announced or uploaded, oldest first."""
        ...

    def released(self) -> tuple[Upload, ...]:
        """Uploads that were given up while the ring had some of them, oldest first."""

    def forget(self, run: RunId) -> None:
        """Drop an upload; its segments are no longer taken."""


class Wire(Protocol):
    """The broker, as far as flows publish to it (`shared.broker.Session`)."""

    @property
    def connected(self) -> bool: ...

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        """Raises `Transient` when the broker does not have it."""
        ...

    def renew(self) -> None:
        """Leave this session and begin another: subscribed anew, told anew what is retained."""
        ...


class PictureMaker(Protocol):
    """Makes one picture of a keyframe, off the event loop and never many at once."""

    async def jpeg(self, stream: StreamInfo, keyframe: Packet) -> bytes:
        """Raises `Rejected` for bytes that hold no picture."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A closed segment as its bytes are now; `intact`: they are those that were recorded, None: not known."""

    segment: Segment
    data: bytes
    intact: bool | None


class RecordedFiles(Protocol):
    """One camera's closed segments, read beside whoever writes them."""

    def read(self, name: str) -> RecordedFile | None:
        """None when it is gone or holds nothing; raises `Transient` when the disk does not give it."""
        ...


class GrowingFile(Protocol):
    """A file that is being written."""

    def add(self, data: bytes) -> None: ...


class ExportTarget(Protocol):
    """Where an export is written; raises `Rejected` when it is full, `Transient` when it fails."""

    def file(self, name: str) -> AbstractContextManager[GrowingFile]:
        """A new file, durable when the context ends."""
        ...

    def digest(self, name: str) -> tuple[int, str]:
        """Length and SHA-256 of what the disk gives back."""
        ...

    def finish(self) -> None:
        """Give the whole its final name."""
        ...


class LiveSocket(Protocol):
    """One push to a relay."""

    async def send(self, frame: bytes) -> None:
        """Raises `Transient` when the relay has closed or does not take it in time."""
        ...


class LivePush(Protocol):
    """Dials relays."""

    def connect(self, path: str) -> AbstractAsyncContextManager[LiveSocket]:
        """Open a push to `path` on the controller's address; raises `Transient`, or `Rejected` when refused."""
        ...


class LightDetector(Protocol):
    """A small model that sees people and vehicles in a picture.

    It blocks, and what it runs on may crash or hang: it lives in a process of its own.
    """

    @property
    def name(self) -> str:
        """What it is, for people: runtime, model, layout."""
        ...

    def fit(self, width_px: int, height_px: int) -> tuple[int, int]:
        """The size that a picture of that size has to be scaled to."""
        ...

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Thing, ...]:
        """What an RGB picture (height, width, 3) of the fitting size shows, best first; boxes in 0..1 of it.

        Raises `Rejected` for another size, `Broken` when it fails.
        """
        ...


class Looks(Protocol):
    """One camera while it is looked at."""

    async def next_look(self) -> Look:
        """Wait for a look newer than the last one given; the newest wins. None come while the detector is away."""
        ...


class Watcher(Protocol):
    """Looks at cameras with a light detector, for as long as somebody asks."""

    def watch(self, feed: CameraFeed) -> AbstractAsyncContextManager[Looks]: ...


@dataclass(frozen=True, slots=True)
class HostSigns:
    """How the machine does."""

    uptime_s: float
    cpu_percent: float
    load1: float
    memory_used_bytes: int
    memory_total_bytes: int
    disk_free_bytes: int
    temperature_c: float | None
    throttled_now: tuple[str, ...]
    throttled_ever: tuple[str, ...]
    clock: ClockError | None = None  # against its time server; None: it follows none
    certificate_days: float | None = None  # until the first CA certificate that the node holds ends
    own_certificate_days: float | None = None  # until its own ends, by which the broker knows it


class Host(Protocol):
    """The machine that the node runs on."""

    def signs(self) -> HostSigns: ...


class Machine(Protocol):
    """The power switch."""

    async def reboot(self) -> None:
        """Return when the order was taken; raises `Rejected` when it is refused, `Transient` without an answer."""
        ...


class PackageSource(Protocol):
    """Where new versions come from."""

    async def versions(self) -> tuple[str, ...]:
        """What is on offer; raises `Transient` when it is away, `Rejected` when it is no such source."""
        ...


class ConfigBook(Protocol):
    """What the node remembers of the settings that the controller wants, on disk."""

    def load(self) -> Book: ...

    def save(self, book: Book) -> None:
        """Durable when it returns; raises `Transient`, and then the old one still stands."""
        ...


Mint = Callable[[], str]
