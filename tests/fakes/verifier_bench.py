"""A worker among fakes: what the tests of its flows stand on."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from controller.core.judge import CameraJudge
from controller.core.records import Rule
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.score_pictures import ScorePictures
from controller.flows.verify import Worker, WorkerParts
from controller.flows.verify_parts import LiveParts
from controller.flows.verify_stored import StoredParts
from controller.ports import Picture
from shared.ids import CameraId, RuleId, SiteId
from tests.fakes.verifier import (
    FakeRelay,
    FastClock,
    MemoryJudgingStore,
    MemoryObjects,
    QuickBell,
    RecordingCommands,
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedFootage,
)

CAM = CameraId("gate.front")
YARD = CameraId("gate.yard")
RULE = Rule(RuleId("r1"), "person", "zone_intrusion", persistence_s=0.5)
T0 = 1_000_000


class Bench:
    """A worker among fakes."""

    def __init__(self, scratch: Path) -> None:
        self.clock = FastClock()
        self.store = MemoryJudgingStore(self.clock)
        self.store.rule_list = (RULE,)
        self.relay = FakeRelay()
        self.objects = MemoryObjects()
        self.commands = RecordingCommands()
        self.bell = QuickBell()
        self.detector = ScriptedDetector()
        self.scratch = scratch
        ids = itertools.count(1)
        self.mint: Callable[[], str] = lambda: f"id-{next(ids)}"
        self.decoder_for: Callable[[str], Any] = ScriptedDecoder
        self.current: Worker | None = None
        self.watch_fps = 2.0
        self.scores: ScorePictures | None = None

    def worker(self) -> tuple[Worker, BatchingDetector]:
        batching = BatchingDetector(self.detector)
        evidence = Evidence(self.objects, _jpeg, SiteId("site"), self.clock)
        live = LiveParts(
            self.store,
            self.relay,
            self._decoder,
            batching,
            self.commands,
            evidence,
            self.bell,
            self.clock,
            self.mint,
            5.0,
            self.watch_fps,
            scores=self.scores,
        )
        stored = StoredParts(
            self.store,
            self.objects,
            ScriptedFootage(),
            batching,
            evidence,
            self.clock,
            self.mint,
            self.scratch,
            5.0,
        )
        parts = WorkerParts(
            "w1",
            self.store,
            self.bell,
            self.clock,
            live,
            stored,
            lambda camera: CameraJudge(camera, (), self.detector.info.classes, self.mint),
        )
        return Worker(parts), batching

    def _decoder(self, codec: str) -> Any:
        return self.decoder_for(codec)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Worker]:
        worker, batching = self.worker()
        self.current = worker
        tasks = [asyncio.create_task(worker.run()), asyncio.create_task(batching.run())]
        try:
            yield worker
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def push(self, camera: CameraId, start_ms: int, values: list[int], step_ms: int = 200) -> int:
        """Push frames; returns the time after the last."""
        for index, value in enumerate(values):
            self.relay.push(camera, start_ms + index * step_ms, value)
        return start_ms + len(values) * step_ms

    def judged_ms(self, camera: CameraId) -> int:
        desk = self.current._desks.get(camera) if self.current else None
        return desk.judged_ms if desk else 0

    async def until(self, true: Callable[[], bool], timeout_s: float = 40) -> None:
        async with asyncio.timeout(timeout_s):
            while not true():
                await asyncio.sleep(0.005)

    async def until_done(self, number: int) -> None:
        await self.until(lambda: self.store.rows[number].state == "done")


def _jpeg(picture: Picture) -> bytes:
    return b"jpeg" + bytes([int(picture[0, 0, 0])])


async def feed(bench: Bench, camera: CameraId, start_ms: int, values: list[int], step_ms: int = 200) -> int:
    """Push frames as they are judged (those that nobody judges after a moment), so that none is given up."""
    loop = asyncio.get_running_loop()
    if not bench.relay.away:
        await bench.until(lambda: bool(bench.relay.streams.get(camera)))
    for index, value in enumerate(values):
        pts_ms = start_ms + index * step_ms
        bench.relay.push(camera, pts_ms, value)
        await bench.clock.sleep_ms(200)
        until = loop.time() + 0.1
        while bench.judged_ms(camera) < pts_ms and loop.time() < until:
            await asyncio.sleep(0.002)
    return start_ms + len(values) * step_ms
