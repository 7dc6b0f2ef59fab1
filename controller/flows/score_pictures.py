"""Scores pictures beside the judging: one picture of each camera waits, the newest wins, nobody waits for a score."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NoReturn, Protocol

import structlog

from controller.core.anomaly import PictureScore, ScorerInfo
from controller.ports import Picture, TimedPicture
from shared.clock import Clock
from shared.errors import CctvError, Rejected
from shared.ids import CameraId

log = structlog.get_logger("anomaly")

_PAUSES_MS = (1_000, 2_000, 5_000, 15_000, 60_000)
_MOST_WHY = 200


class Scorer(Protocol):
    """A model that says how unusual a picture is. It may hang or die: who waits for it sets the bound and stops it."""

    async def start(self) -> ScorerInfo:
        """Load it anew; `Rejected` says what is unfit about it, `Broken` that it does not come up."""
        ...

    async def score(self, picture: Picture) -> float:
        """0..1. `Rejected`: this picture has none; `Broken`: `start` it anew."""
        ...

    async def stop(self) -> None:
        """End it, whatever it is doing."""
        ...


class ScorePictures:
    """Every camera's scores, by the model that is named for it. `offer` and `take` return at once."""

    def __init__(
        self,
        models: Mapping[CameraId, str],
        open_scorer: Callable[[str], Scorer],
        clock: Clock,
        *,
        timeout_s: float,
        score_age_ms: int,
    ) -> None:
        """`timeout_s`: how long one picture may take; `score_age_ms`: how old a scored picture may be by then."""
        self._age_ms = score_age_ms
        lines = {name: _Line(name, open_scorer, clock, timeout_s) for name in dict.fromkeys(models.values())}
        self._lines = {camera: lines[name] for camera, name in models.items()}

    def offer(self, camera: CameraId, timed: TimedPicture) -> None:
        """Have this picture scored instead of the one that waits."""
        line = self._lines.get(camera)
        if line is not None:
            line.offer(camera, timed)

    def take(self, camera: CameraId, pts_ms: int) -> PictureScore | None:
        """The newest score for a frame of this time, once: one score is one piece of evidence."""
        line = self._lines.get(camera)
        found = None if line is None else line.scored.pop(camera, None)
        return found if found is not None and 0 <= pts_ms - found.pts_ms <= self._age_ms else None

    def why_none(self, camera: CameraId) -> str:
        """What is wrong with its model; empty: none is named for the camera."""
        line = self._lines.get(camera)
        return "" if line is None else f"{line.model}: {line.fault or 'it gives no score in time'}"

    async def run(self) -> NoReturn:
        """Score until cancelled; each model alone, so that one that hangs holds up no other."""
        async with asyncio.TaskGroup() as tasks:
            for line in dict.fromkeys(self._lines.values()):
                tasks.create_task(line.run(), name=f"anomaly {line.model}")
            await asyncio.Event().wait()
        raise AssertionError("lines run until cancelled")


class _Line:
    """One model and the cameras that it looks at."""

    def __init__(self, model: str, open_scorer: Callable[[str], Scorer], clock: Clock, timeout_s: float) -> None:
        self.model = model
        self.fault = ""  # why the last picture has no score
        self.scored: dict[CameraId, PictureScore] = {}
        self._scorer = open_scorer(model)
        self._clock = clock
        self._timeout_s = timeout_s
        self._waiting: dict[CameraId, TimedPicture] = {}  # who has waited longest first
        self._offered = asyncio.Event()

    def offer(self, camera: CameraId, timed: TimedPicture) -> None:
        self._waiting[camera] = timed
        self._offered.set()

    async def run(self) -> NoReturn:
        """Load the model when a picture comes, and again, less and less often, when it fails."""
        failures = 0
        try:
            while True:
                await self._offered.wait()
                try:
                    info = await self._scorer.start()
                    log.info("anomaly model loaded", model=self.model)
                    while True:
                        await self._next(info)
                        failures = 0
                except (CctvError, TimeoutError) as fault:
                    self._tell(str(fault) or f"it takes longer than {self._timeout_s:g} s for a picture")
                except Exception as fault:  # outermost of this model: judging goes on without its scores
                    if repr(fault)[:_MOST_WHY] != self.fault:
                        log.exception("scoring failed", model=self.model)
                    self._tell(repr(fault))
                await self._scorer.stop()
                await self._clock.sleep_ms(_PAUSES_MS[min(failures, len(_PAUSES_MS) - 1)])
                failures += 1
        finally:
            await self._scorer.stop()

    async def _next(self, info: ScorerInfo) -> None:
        while not self._waiting:
            self._offered.clear()
            await self._offered.wait()
        camera = next(iter(self._waiting))
        timed = self._waiting.pop(camera)
        try:
            async with asyncio.timeout(self._timeout_s):
                score = await self._scorer.score(timed.picture)
        except Rejected as fault:
            self._tell(fault.fault)
            return
        if not 0 <= score <= 1:
            self._tell(f"{score!r} is no score")
            return
        self.fault = ""
        self.scored[camera] = PictureScore(timed.pts_ms, score, info)

    def _tell(self, fault: str) -> None:
        fault = fault[:_MOST_WHY]
        if fault != self.fault:
            log.warning("no anomaly score", model=self.model, reason=fault)
        self.fault = fault
