"""What judging needs: models, decoders, the queue, the nodes whose cameras are judged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.core.picture import Picture, TimedPicture
from controller.core.records import Detection, Job, JobKind, Occurrence, Rule, StoredRun, Unscored, Verdict
from shared.ids import CameraId, EventId


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
