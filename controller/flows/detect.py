"""One detector for all cameras: whatever waits when it is free becomes its next batch."""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from controller.core.records import Detection
from controller.ports import Detector, ModelInfo, Picture

_Asked = tuple[Picture, asyncio.Future[tuple[Detection, ...]]]


class BatchingDetector:
    """Runs a `Detector` in one thread. Who asks waits for its own answer, so each camera holds one place."""

    def __init__(self, detector: Detector, max_batch: int = 8) -> None:
        self._detector = detector
        self._max_batch = max_batch
        self._waiting: deque[_Asked] = deque()
        self._asked = asyncio.Event()

    @property
    def info(self) -> ModelInfo:
        return self._detector.info

    async def detect(self, picture: Picture) -> tuple[Detection, ...]:
        """Detections of one picture; raises what the detector raised."""
        answer: asyncio.Future[tuple[Detection, ...]] = asyncio.get_running_loop().create_future()
        self._waiting.append((picture, answer))
        self._asked.set()
        return await answer

    async def run(self) -> NoReturn:
        """Serve until cancelled; an inference that fails ends it: the model or its device is broken."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="detector")
        try:
            while True:
                await self._asked.wait()
                batch = self._take()
                if batch:
                    await self._answer(loop, thread, batch)
        finally:
            thread.shutdown(wait=False, cancel_futures=True)
            for _, answer in self._waiting:
                answer.cancel()

    def _take(self) -> list[_Asked]:
        batch: list[_Asked] = []
        while self._waiting and len(batch) < self._max_batch:
            asked = self._waiting.popleft()
            if not asked[1].done():
                batch.append(asked)
        if not self._waiting:
            self._asked.clear()
        return batch

    async def _answer(self, loop: asyncio.AbstractEventLoop, thread: ThreadPoolExecutor, batch: list[_Asked]) -> None:
        try:
            found = await loop.run_in_executor(thread, self._detector.detect, [p for p, _ in batch])
        except BaseException as fault:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(fault) if isinstance(fault, Exception) else answer.cancel()
            raise
        for (_, answer), detections in zip(batch, found, strict=True):
            if not answer.done():
                answer.set_result(detections)
