"""What judging live needs of the world, and the errands that nothing waits for."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.score_pictures import ScorePictures
from controller.flows.verify_counts import Counts
from controller.ports import Bell, JudgingStore, LiveDecoder, LiveSource, NodeCommands
from shared.clock import Clock
from shared.ids import CameraId

log = structlog.get_logger("verify")

STORE_S = 8


@dataclass(frozen=True, slots=True)
class LiveParts:
    """The world of every camera's judging."""

    store: JudgingStore
    source: LiveSource
    decoder_for: Callable[[str], LiveDecoder]
    detector: BatchingDetector
    commands: NodeCommands
    evidence: Evidence
    bell: Bell
    clock: Clock
    mint: Callable[[], str]
    fps: float
    watch_fps: float = 2.0
    counts: Counts | None = None
    scores: ScorePictures | None = None


class Chores:
    """Errands of one camera; one that fails is told and holds up nothing."""

    def __init__(self, camera: CameraId) -> None:
        self._camera = camera
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(chore)
        self._running.add(task)
        task.add_done_callback(self._done)

    def stop(self) -> set[asyncio.Task[None]]:
        """Cancel them; they are still to be awaited."""
        for task in self._running:
            task.cancel()
        return set(self._running)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("chore failed", camera=self._camera, error=repr(fault))
