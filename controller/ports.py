"""What the controller's flows need of the world."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from controller.core.enrichment import AlarmWords, EnrichmentKind
from controller.core.records import Detection, Job, JobKind, Occurrence, Rule, StoredRun, Unscored, Verdict
from shared.ids import CameraId, EventId, NodeId, RunId
from shared.kinds import Severity
from shared.messages import AnyFact, Grant, NodeHealth, NodeStatus
from shared.topics import Channel, M

Picture = NDArray[np.uint8]
"""BGR, (height, width, 3)."""
State = dict[str, Any]
"""A whole state with the keys of a model in `api.schemas`."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a loaded detector is."""

    name: str
    sha256: str
    provider: str
    classes: tuple[str, ...]
    input_width_px: int
    input_height_px: int
    head: str


@dataclass(frozen=True, slots=True)
class TimedPicture:
    """A decoded picture: Unix ms of capture, or ms since the first picture of a file. May be scaled down."""

    pts_ms: int
    picture: Picture
    source_height_px: int


class Detector(Protocol):
    """A loaded model. `detect` blocks (call it in a worker thread) and takes pictures of any sizes."""

    @property
    def info(self) -> ModelInfo: ...

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]: ...


class LiveDecoder(Protocol):
    """One stream's decoder. Blocks: call it in a worker thread, one call at a time."""

    def decode(self, units: Sequence[tuple[int, bytes]], due: Callable[[int], bool]) -> list[TimedPicture]:
        """Decode access units (pts_ms, Annex-B), all of them; pictures only where `due(pts_ms)`."""
        ...


class Footage(Protocol):
    """Stored media as pictures."""

    def pictures(self, file: Path, wanted: Callable[[int], bool]) -> Iterator[TimedPicture]:
        """Blocking; times count from the file's first picture, and each is asked for. An error of `wanted` ends it.

        A file that cannot be read raises `Rejected`.
        """
        ...


class NodeCommands(Protocol):
    """What the worker tells a camera's node; `Transient` when it cannot be told now."""

    async def promote(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        """This span is due for upload before all else."""
        ...

    async def extend(self, camera: CameraId, event: EventId, until_ms: int) -> None:
        """A person is there: the running event does not end before."""
        ...


class JudgingStore(Protocol):
    """The database as the worker sees it; writes carry the fencing token of a job, a stale one raises `Rejected`."""

    async def claim_jobs(self, worker: str, limit: int, lease_ms: int, kind: JobKind | None = None) -> tuple[Job, ...]:
        """Lease up to `limit` waiting or abandoned jobs of one kind, or of any, in the order of their priority.

        What is judged live stays with the worker that judges its camera already.
        """
        ...

    async def take_back(self, worker: str) -> int:
        """Let go of what a process of this name left leased, before it claims anything; how many jobs."""
        ...

    async def renew_job(
        self,
        job: Job,
        lease_ms: int,
        judged_ms: int | None = None,
        lag_ms: int | None = None,
        unscored: Unscored | None = None,
    ) -> Job:
        """Extend the lease; the returned job tells whether the event has ended (`end_ms`).

        A watch says how far it came, its slowest frame of late from capture to judgement, and which scores it lacks.
        """
        ...

    async def finish_job(self, job: Job) -> None: ...

    async def end_left_open(self, job: Job, lasting: Sequence[str]) -> None:
        """End what a worker before left lasting in this job's verdicts; `lasting`: occurrences that do last."""
        ...

    async def settle_job(
        self, job: Job, verdicts: Sequence[Verdict], occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        """Save all and finish the job in one transaction; an occurrence belongs to the verdict that it was raised in.

        Returns the ids of alarms that are new.
        """
        ...

    async def fail_job(self, job: Job, reason: str) -> bool:
        """Give back for another try; True when it was parked (three tries are over)."""
        ...

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        """Version and the enabled rules in force on a camera."""
        ...

    async def save_judgement(
        self, job: Job | None, verdict: Verdict, occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        """Write verdict, alarms (matched and merged under one row lock) and feed rows in one transaction.

        Returns the ids of alarms that are new. Saving the same again changes nothing.
        """
        ...

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]: ...


@dataclass(frozen=True, slots=True)
class Received:
    """A payload from a node's `fact` topic. No fact: it was not understood, `reason` says why."""

    node: NodeId
    payload: bytes
    fact: AnyFact | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a received fact. `put`: the node needs leave to upload this run."""

    outcome: Literal["accepted", "duplicate", "parked", "rejected", "dropped"]
    reason: str = ""
    put: "RunObject | None" = None
    stored: bool = False
    new_job: bool = False


@dataclass(frozen=True, slots=True)
class RunObject:
    """A run as an object of the store, and the fact by which its node knows it."""

    run: RunId
    camera: CameraId
    fact: str
    key: str
    length_bytes: int
    sha256: str
    md5: str
    stored: bool


class FactStore(Protocol):
    """The database as ingest sees it."""

    async def save_facts(self, batch: Sequence[Received]) -> tuple[Taken, ...]:
        """Take all in one transaction; a larger revision replaces a smaller. One answer per fact, in order."""
        ...

    async def save_status(self, status: NodeStatus) -> None: ...

    async def save_health(self, health: NodeHealth) -> None: ...


class RunStore(Protocol):
    """The database as confirm sees it."""

    async def runs_to_check(self, limit: int) -> tuple[RunObject, ...]:
        """Uploaded runs, and stored ones whose second look is due."""
        ...

    async def mark_stored(self, run: RunId) -> None:
        """A HEAD shows it: once more or for the first time (then with feed rows)."""
        ...

    async def mark_missing(self, run: RunId) -> None:
        """A HEAD does not show it: it is announced again."""
        ...

    async def check_later(self, run: RunId, delay_ms: int) -> None: ...

    async def plan_unjudged(self, limit: int) -> int:
        """Make jobs for stored footage of closed events that nobody judged; how many."""
        ...


class Wire(Protocol):
    """The broker, as far as flows speak and hear (`shared.broker.Session`)."""

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        """Raises `Transient` when the broker does not have it."""
        ...

    def subscribe(self, topic_filter: str, handler: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Hand over topic and payload, whatever they hold."""
        ...

    def listen(
        self, channel: Channel[M], handler: Callable[[dict[str, str], M], Awaitable[None]], **levels: str
    ) -> None:
        """Hand over the levels of the topic and the message; what does not parse is dropped."""
        ...


class LiveStream(Protocol):
    """One camera's live stream from the relay."""

    def frames(self) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        """Metadata and payload as in `shared.live`; ends when the relay closes."""
        ...

    async def send_boxes(self, metadata: dict[str, Any]) -> None:
        """Give tracked boxes to everyone who watches this camera."""
        ...


class LiveSource(Protocol):
    def watch(self, camera: CameraId, quality: str, since_ms: int | None) -> AbstractAsyncContextManager[LiveStream]:
        """Subscribe at the relay, from the keyframe before `since_ms` as far as the node's memory reaches."""
        ...


class ObjectStore(Protocol):
    """The store of runs and pictures."""

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        """Leave for a node to PUT exactly these bytes (15 min)."""
        ...

    async def head(self, key: str) -> tuple[int, str] | None:
        """Length and MD5, or None when there is no such object."""
        ...

    async def fetch(self, key: str, into: Path) -> None:
        """Copy an object into a local file; `Rejected` when absent."""
        ...

    async def put(self, key: str, data: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes: ...

    async def delete(self, key: str) -> None:
        """Idempotent."""
        ...


class NodeBook(Protocol):
    """Who is let in as a node."""

    async def enrolled(self, node: NodeId) -> bool:
        """Whether it has a key, and is not shut out."""
        ...

    async def enrol(self, node: NodeId, public_key_pem: str, who: str) -> None:
        """Make a node known, or give it a new key."""
        ...


class BrokerCredentials(Protocol):
    """Who may log in at the broker; each node reaches its own topics only."""

    def set(self, user: str, password: str) -> None: ...


class LiveCommands(Protocol):
    """Tells nodes to push a camera to the relay or to stop."""

    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None:
        """Raises `Transient` when the broker is away."""
        ...

    async def live_stop(self, camera: CameraId, quality: str) -> None: ...


class LiveGate(Protocol):
    """Who may use the relay; every answer is no unless a credential says yes."""

    async def viewer_may_watch(self, cookie: str | None, origin: str | None, host: str, camera: CameraId) -> bool: ...

    async def is_service(self, bearer: str | None) -> bool: ...

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool: ...


class MediaDoor(Protocol):
    """Where uploads come in that the controller takes itself."""

    async def accept_put(
        self, key: str, query: Mapping[str, str], content_length: int | None, stream: AsyncIterator[bytes]
    ) -> bool:
        """Take an upload. False: the object is there already. `Refused`: no leave; `Rejected`: other bytes."""
        ...


class Bell(Protocol):
    """The doorbell: wakes those who would otherwise poll."""

    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None:
        """Return when rung or after `timeout_s`."""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """A session as its signed cookie tells it."""

    username: str
    csrf: str
    epoch: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Clip:
    """A playable file derived from stored runs by copying packets; `start_ms`: media time of its first picture."""

    path: Path
    start_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is being asked; `tries` fences its answer."""

    id: str
    kind: EnrichmentKind
    tries: int
    alarm_id: str
    alarm: AlarmWords
    picture_keys: tuple[str, ...]


class EnrichmentStore(Protocol):
    """Questions to language models about alarms."""

    async def plan(self, kind: EnrichmentKind, severities: Sequence[Severity]) -> int:
        """Note questions for fresh alarms that have none; how many."""
        ...

    async def claim(self, kind: EnrichmentKind, limit_ms: int) -> Asked | None:
        """The next question that is due, for somebody who needs at most `limit_ms`."""
        ...

    async def audit(self, asked: Asked, detail: Mapping[str, Any]) -> None:
        """Put on record what is about to be sent where."""
        ...

    async def answered(self, asked: Asked, text: str, model: str) -> None: ...

    async def failed(self, asked: Asked, reason: str, again_ms: int | None) -> None: ...


class ClipMaker(Protocol):
    """Plain MP4 files for browsers."""

    async def clip(self, runs: Sequence[StoredRun], start_ms: int, end_ms: int) -> Clip:
        """`Missing` when the runs hold no picture of that span."""
        ...
