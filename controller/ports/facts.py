"""What taking facts in and confirming runs need of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.ids import CameraId, NodeId, RunId
from shared.messages import AnyFact, NodeHealth, NodeStatus


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

    async def mark_missing(self, run: RunId) -> bool:
        """A HEAD does not show it: it is announced again. False: it is not, for somebody deletes it."""
        ...

    async def check_later(self, run: RunId, delay_ms: int) -> None: ...

    async def plan_unjudged(self, limit: int) -> int:
        """Make jobs for stored footage of closed events that nobody judged; how many."""
        ...
