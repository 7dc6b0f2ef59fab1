"""One detector for all cameras: whatever waits when it is free becomes its next batch, running events first."""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import structlog

from controller.core.records import Detection
from controller.ports import Detector, ModelInfo, Picture
from shared.clock import Clock, SystemClock
from shared.errors import Transient

log = structlog.get_logger("detector")

_PAUSES_MS = (500, 1_000, 2_000, 4_000, 8_000)
_Asked = tuple[Picture, asyncio.Future[tuple[Detection, ...]]]


class BatchingDetector:
    """Runs a `Detector` in one thread. Who asks waits for its own answer.

    What is judged live goes before what is judged at leisure; of that at most `leisure_batch` go at once, because
    whoever comes live meanwhile waits for them.
    """

    def __init__(
        self, detector: Detector, max_batch: int = 8, leisure_batch: int = 4, clock: Clock | None = None
    ) -> None:
        self._detector = detector
        self._clock = clock or SystemClock()
        self._max_batch = max_batch
        self._leisure_batch = leisure_batch
        self._live: deque[_Asked] = deque()
        self._leisure: deque[_Asked] = deque()
        self._asked = asyncio.Event()

    @property
    def info(self) -> ModelInfo:
        return self._detector.info

    async def detect(self, picture: Picture, *, leisure: bool = False) -> tuple[Detection, ...]:
        """Detections of one picture; raises what the detector raised."""
        answer: asyncio.Future[tuple[Detection, ...]] = asyncio.get_running_loop().create_future()
        (self._leisure if leisure else self._live).append((picture, answer))
        self._asked.set()
        return await answer

    async def run(self) -> NoReturn:
        """Serve until cancelled; an inference that fails ends it: model or device are broken, or away too long."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="detector")
        try:
            while True:
                await self._asked.wait()
                batch = self._take(self._live, self._max_batch) or self._take(self._leisure, self._leisure_batch)
                if not self._live and not self._leisure:
                    self._asked.clear()
                if batch:
                    await self._answer(loop, thread, batch)
        finally:
            thread.shutdown(wait=False, cancel_futures=True)
            for _, answer in (*self._live, *self._leisure):
                answer.cancel()

    def _take(self, waiting: deque[_Asked], most: int) -> list[_Asked]:
        batch: list[_Asked] = []
        while waiting and len(batch) < most:
            asked = waiting.popleft()
            if not asked[1].done():
                batch.append(asked)
        return batch

    async def _answer(self, loop: asyncio.AbstractEventLoop, thread: ThreadPoolExecutor, batch: list[_Asked]) -> None:
        try:
            found = await self._detected(loop, thread, [p for p, _ in batch])
        except BaseException as fault:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(fault) if isinstance(fault, Exception) else answer.cancel()
            raise
        for (_, answer), detections in zip(batch, found, strict=True):
            if not answer.done():
                answer.set_result(detections)

    async def _detected(
        self, loop: asyncio.AbstractEventLoop, thread: ThreadPoolExecutor, pictures: list[Picture]
    ) -> list[tuple[Detection, ...]]:
        """A model on another machine may be away for a moment: the batch waits for it."""
        for pause_ms in _PAUSES_MS:
            try:
                return await loop.run_in_executor(thread, self._detector.detect, pictures)
            except Transient as fault:
                log.warning("the detector is away, trying again", pause_ms=pause_ms, reason=str(fault))
                await self._clock.sleep_ms(pause_ms)
        return await loop.run_in_executor(thread, self._detector.detect, pictures)
