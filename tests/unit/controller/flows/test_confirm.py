"""An object that is not the run's is deleted by who holds the lease, and by nobody else."""

import asyncio

import pytest

from controller.flows.confirm import Confirm
from controller.ports import RunObject
from shared.errors import Transient
from shared.ids import CameraId, RunId
from shared.mint import uuid7
from tests.fakes.site import HandClock, MemoryObjects, Wire

RUN = RunObject(RunId("r"), CameraId("gate.yard"), uuid7(), "yard/r", 4, "0" * 64, "b" * 32, stored=False)


class Rows:
    """The database as confirm sees it; `lost`: another one has the lease, and nothing can be written."""

    def __init__(self, *, lost: bool) -> None:
        self.lost = lost

    async def runs_to_check(self, limit: int) -> tuple[RunObject, ...]:
        return (RUN,)[:limit]

    async def mark_stored(self, run: RunId) -> None:
        self._write(run)

    async def mark_missing(self, run: RunId) -> bool:
        self._write(run)
        return True

    async def check_later(self, run: RunId, delay_ms: int) -> None:
        assert delay_ms > 0
        self._write(run)

    async def plan_unjudged(self, limit: int) -> int:
        return min(limit, 0)

    async def retire_jobs(self) -> int:
        return 0

    def _write(self, run: RunId) -> None:
        assert run == RUN.run
        if self.lost:
            raise Transient("database: another one has the lease")


class Bell:
    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


def looking(*, lost: bool) -> tuple[Confirm, MemoryObjects]:
    """A flow before a store that has other bytes than the run's under its key."""
    rows, objects = Rows(lost=lost), MemoryObjects()
    objects.held[RUN.key] = (b"film", "f" * 32)
    return Confirm(rows, rows, objects, Wire(), Bell(), HandClock(), uploaded=asyncio.Event()), objects


async def test_a_wrong_object_goes_after_proof_of_the_lease() -> None:
    confirm, objects = looking(lost=False)
    assert await confirm.confirm_once() == 1
    assert objects.held == {}


async def test_who_lost_the_lease_deletes_nothing_that_another_has_replaced() -> None:
    confirm, objects = looking(lost=True)
    with pytest.raises(ExceptionGroup) as refused:
        await confirm.confirm_once()
    assert refused.group_contains(Transient)
    assert objects.held == {RUN.key: (b"film", "f" * 32)}
