"""One detector for all cameras: whatever waits when it is free becomes its next batch, running events first."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol, runtime_checkable

import structlog

from controller.core.records import Detection
from controller.ports import Detector, ModelInfo, Picture
from shared.clock import Clock, SystemClock
from shared.errors import Transient

log = structlog.get_logger("detector")

_PAUSES_MS = (500, 1_000, 2_000, 4_000, 8_000)
_Found = tuple[Detection, ...]


@runtime_checkable
class StagedDetector(Protocol):
    """A detector whose work before and after inference can be done elsewhere; `detect` is all three."""

    def prepare(self, picture: Picture) -> Any:
        """From any thread."""
        ...

    def infer(self, prepared: Sequence[Any]) -> Any:
        """From one thread at a time."""
        ...

    def conclude(self, inferred: Any) -> list[tuple[Detection, ...]]:
        """From any thread: the detections of each picture."""
        ...


@dataclass(slots=True, eq=False)
class _Model:
    """One that answers or answered, and how many still wait for it."""

    detector: Detector
    stages: StagedDetector | None = None
    waiting: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A picture, as the model that was asked wants it."""

    model: _Model
    given: Any
    answer: asyncio.Future[_Found]


class BatchingDetector:
    """Runs a `Detector` in one thread. Who asks waits for its own answer.

    Where a detector knows stages, that thread does nothing but inference: pictures are prepared and answers read in
    others, while it has the batch before or after. What is judged live goes before what is judged at leisure; of that
    at most `leisure_batch` go at once, because whoever comes live meanwhile waits for them.
    """

    def __init__(
        self, detector: Detector, max_batch: int = 8, leisure_batch: int = 4, clock: Clock | None = None
    ) -> None:
        self._model = _model_of(detector)
        self._clock = clock or SystemClock()
        self._max_batch = max_batch
        self._leisure_batch = leisure_batch
        self._live: deque[_Asked] = deque()
        self._leisure: deque[_Asked] = deque()
        self._asked = asyncio.Event()
        self._concluding: set[asyncio.Task[None]] = set()

    @property
    def info(self) -> ModelInfo:
        """Of the model that answers whoever asks from now on."""
        return self._model.detector.info

    async def detect(self, picture: Picture, *, leisure: bool = False) -> tuple[Detection, ...]:
        """Detections of one picture; raises what the detector raised."""
        answer: asyncio.Future[_Found] = asyncio.get_running_loop().create_future()
        model = self._model
        model.waiting += 1
        try:
            given = picture if model.stages is None else await asyncio.to_thread(model.stages.prepare, picture)
            (self._leisure if leisure else self._live).append(_Asked(model, given, answer))
            self._asked.set()
            return await answer
        finally:
            model.waiting -= 1
            if model is not self._model and not model.waiting:
                model.done.set()

    async def replace(self, detector: Detector) -> None:
        """Let another answer whoever asks from now on; returns once the one before owes nobody an answer."""
        before, self._model = self._model, _model_of(detector)
        if before.waiting:
            await before.done.wait()

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
            for concluding in self._concluding:
                concluding.cancel()
            for asked in (*self._live, *self._leisure):
                asked.answer.cancel()

    def _take(self, waiting: deque[_Asked], most: int) -> list[_Asked]:
        batch: list[_Asked] = []
        while waiting and len(batch) < most and (not batch or waiting[0].model is batch[0].model):
            asked = waiting.popleft()
            if not asked.answer.done():
                batch.append(asked)
        return batch

    async def _answer(self, loop: asyncio.AbstractEventLoop, thread: ThreadPoolExecutor, batch: list[_Asked]) -> None:
        model = batch[0].model
        work = model.detector.detect if model.stages is None else model.stages.infer
        try:
            found = await self._detected(loop, thread, work, [asked.given for asked in batch])
        except BaseException as fault:
            _refuse(batch, fault)
            raise
        if model.stages is None:
            _give(batch, found)
            return
        task = asyncio.create_task(self._conclude(model.stages, batch, found))
        self._concluding.add(task)
        task.add_done_callback(self._concluding.discard)

    async def _detected(
        self,
        loop: asyncio.AbstractEventLoop,
        thread: ThreadPoolExecutor,
        work: Callable[[list[Any]], Any],
        given: list[Any],
    ) -> Any:
        """A model on another machine may be away for a moment: the batch waits for it."""
        for pause_ms in _PAUSES_MS:
            try:
                return await loop.run_in_executor(thread, work, given)
            except Transient as fault:
                log.warning("the detector is away, trying again", pause_ms=pause_ms, reason=str(fault))
                await self._clock.sleep_ms(pause_ms)
        return await loop.run_in_executor(thread, work, given)

    async def _conclude(self, stages: StagedDetector, batch: list[_Asked], inferred: Any) -> None:
        try:
            found = await asyncio.to_thread(stages.conclude, inferred)
        except BaseException as fault:  # whoever asked is told, whatever it is
            _refuse(batch, fault)
            if not isinstance(fault, Exception):
                raise
            return
        _give(batch, found)


def _model_of(detector: Detector) -> _Model:
    return _Model(detector, detector if isinstance(detector, StagedDetector) else None)


def _give(batch: list[_Asked], found: list[_Found]) -> None:
    for asked, detections in zip(batch, found, strict=True):
        if not asked.answer.done():
            asked.answer.set_result(detections)


def _refuse(batch: list[_Asked], fault: BaseException) -> None:
    for asked in batch:
        if not asked.answer.done():
            asked.answer.set_exception(fault) if isinstance(fault, Exception) else asked.answer.cancel()
