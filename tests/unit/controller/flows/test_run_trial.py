"""When a worker tries rules: last of all, one at a time, and its faults stay its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.core.records import FrameBoxes, Rule, StoredRun
from controller.core.surroundings import Surroundings
from controller.core.trial_wish import TrialJob
from controller.flows.run_trial import TrialParts
from controller.flows.verify import Worker
from shared.errors import Transient
from shared.ids import CameraId, RunId
from tests.fakes.verifier import NOTHING, MemoryObjects, ScriptedFootage
from tests.fakes.verifier_bench import CAM, T0, Bench


class OneTrial:
    """`TrialJobs` with a single trial; counts what it is asked."""

    def __init__(self) -> None:
        self.waits = True
        self.results: list[dict[str, Any]] = []
        self.failed: list[str] = []
        self.put_back: list[str] = []
        self.at_work: asyncio.Event | None = None
        self.claims = 0
        self.fault: Exception | None = None

    async def claim_trial(self, worker: str, lease_ms: int) -> TrialJob | None:
        del worker, lease_ms
        self.claims += 1
        if not self.waits:
            return None
        self.waits = False
        return TrialJob("t", CAM, T0, T0 + 1000, "tracks", {"rules": []}, 1)

    async def renew_trial(self, job: TrialJob, lease_ms: int, progress: float) -> None: ...

    async def finish_trial(self, job: TrialJob, result: dict[str, Any]) -> None:
        del job
        self.results.append(result)

    async def fail_trial(self, job: TrialJob, reason: str, *, again: bool) -> None:
        del job
        self.waits = again
        self.failed.append(reason)

    async def put_back_trial(self, job: TrialJob) -> None:
        self.put_back.append(job.id)

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        del camera
        if self.at_work is not None:
            self.at_work.set()
            await asyncio.Event().wait()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return 3, ()

    async def surroundings(self) -> Surroundings:
        return Surroundings()

    async def aspect(self, camera: CameraId) -> float:
        del camera
        return 4 / 3

    async def verdict_frames(
        self, camera: CameraId, start_ms: int, end_ms: int
    ) -> AsyncIterator[tuple[FrameBoxes, ...]]:
        del camera, end_ms
        yield (FrameBoxes(start_ms, ()), FrameBoxes(start_ms + 200, ()))

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]:
        raise NotImplementedError


class GatedObjects(MemoryObjects):
    """Nothing is fetched before the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()

    async def fetch(self, key: str, into: Path) -> None:
        self.asked.set()
        await self.gate.wait()
        await super().fetch(key, into)


class TryingBench(Bench):
    """The worker has trials too."""

    def __init__(self, scratch: Path) -> None:
        super().__init__(scratch)
        self.trials = OneTrial()
        self.gated = GatedObjects()
        self.objects = self.gated

    def worker(self) -> Any:
        worker, batching = super().worker()
        parts = TrialParts(
            self.trials, MemoryObjects(), ScriptedFootage(), batching, self.clock, self.mint, self.scratch, 5.0
        )
        return Worker(replace(worker._parts, trials=parts)), batching


@pytest.fixture
def bench(tmp_path: Path) -> TryingBench:
    return TryingBench(tmp_path)


async def test_rules_are_tried_when_no_stored_job_is_left(bench: TryingBench) -> None:
    bench.objects.objects["a"] = bytes([NOTHING] * 5)
    bench.store.runs.append(StoredRun(RunId("a"), CAM, T0, T0 + 1000, "a", 5, 0, "0" * 64))
    job = bench.store.add_job(CAM, T0, T0 + 1000, "stored")
    async with bench.running():
        await bench.gated.asked.wait()
        await asyncio.sleep(0.05)
        assert bench.trials.claims == 0
        bench.gated.gate.set()
        await bench.until_done(job)
        await bench.until(lambda: bool(bench.trials.results))
    (result,) = bench.trials.results
    assert (result["source"], result["rules_version"], result["judged_ms"]) == ("tracks", 3, 200)


@pytest.mark.parametrize("fault", [Transient("database is away"), TimeoutError(), RuntimeError("ours")])
async def test_a_trial_that_fails_leaves_the_worker_at_work(bench: TryingBench, fault: Exception) -> None:
    bench.trials.fault = fault
    async with bench.running():
        await bench.until(lambda: bench.trials.claims >= 2)
        if not isinstance(fault, RuntimeError):
            await bench.until(lambda: bool(bench.trials.results))
        job = bench.store.add_job(CAM, T0, T0 + 1000, "stored")
        async with asyncio.timeout(20):
            await bench.until_done(job)
    assert len(bench.trials.failed) == (0 if isinstance(fault, RuntimeError) else 1)


async def test_a_worker_that_stops_puts_its_trial_back(bench: TryingBench) -> None:
    bench.trials.at_work = asyncio.Event()
    async with bench.running():
        await bench.trials.at_work.wait()
    assert (bench.trials.put_back, bench.trials.failed, bench.trials.results) == (["t"], [], [])
