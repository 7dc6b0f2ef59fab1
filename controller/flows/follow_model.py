"""Has the model judge that people choose: the one before goes on until the new one is loaded and has taken over."""

import asyncio
from collections.abc import Callable
from typing import Generic, NoReturn, Protocol, TypeVar

import structlog

from controller.core.model_choice import Choice, wanted
from controller.flows.detect import BatchingDetector
from controller.ports import Detector
from shared.clock import Clock
from shared.errors import CctvError
from shared.texts import Text, say

log = structlog.get_logger("models")

_LOOK_MS = 1_000


class Loaded(Protocol):
    """What judges, with all that belongs to it."""

    @property
    def detector(self) -> Detector: ...

    def close(self) -> None: ...


class Chosen(Protocol):
    """What people chose."""

    @property
    def in_settings(self) -> str: ...

    def read(self) -> Choice | None: ...


L = TypeVar("L", bound=Loaded)


class FollowModel(Generic[L]):
    """`load` blocks and raises where a model does not fit; `tell` leaves word of what judges, and of what does not."""

    def __init__(
        self, chosen: Chosen, load: Callable[[str], L], tell: Callable[[L, Text | None], None], clock: Clock
    ) -> None:
        self._chosen = chosen
        self._load = load
        self._tell = tell
        self._clock = clock
        self._seen: Choice | None = None
        self._refused: Text | None = None
        self.name = ""
        self.now: L

    def begin(self) -> L:
        """Load what is to judge: what was chosen, or the settings' own where that does not load. Blocks."""
        self._seen = self._chosen.read()
        self.name, own = wanted(self._seen, self._chosen.in_settings), self._chosen.in_settings
        try:
            self.now = self._load(self.name)
        except CctvError as fault:
            if self.name == own:
                raise
            self._refused = self._refusal(self.name, own, fault)
            self.name = own
            self.now = self._load(own)
        return self.now

    def tell(self) -> None:
        """Leave word of how things are."""
        self._tell(self.now, self._refused)

    async def run(self, batching: BatchingDetector) -> NoReturn:
        """Look whether people chose another, until cancelled."""
        while True:
            await self._clock.sleep_ms(_LOOK_MS)
            choice = await asyncio.to_thread(self._chosen.read)
            if choice != self._seen:
                self._seen = choice
                await self._take(wanted(choice, self._chosen.in_settings), batching)

    async def _take(self, name: str, batching: BatchingDetector) -> None:
        if name == self.name:
            if self._refused is not None:  # the choice that was refused was taken back
                self._refused = None
                self.tell()
            return
        log.info("another model is loaded", model=name, before=self.name)
        try:
            fresh = await asyncio.to_thread(self._load, name)
        except CctvError as fault:
            self._refused = self._refusal(name, self.name, fault)
            self.tell()
            return
        before, self.now, self.name, self._refused = self.now, fresh, name, None
        replaced = asyncio.create_task(batching.replace(fresh.detector))
        self.tell()
        await replaced
        before.close()
        log.info("another model judges", model=fresh.detector.info.name, provider=fresh.detector.info.provider)

    def _refusal(self, name: str, judging: str, fault: CctvError) -> Text:
        log.error("the model that was chosen does not judge", model=name, judging=judging, reason=str(fault))
        return say("model_choice_refused", chosen=name, model=judging, why=str(fault)[:300])
