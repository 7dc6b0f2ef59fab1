"""Watch for tampering: a camera's small frames become facts when its view is lost, and when it is back."""

import asyncio
import json

import structlog

from edge_agent.core.media import LumaFrame
from edge_agent.core.pace import Pace
from edge_agent.core.tamper import Begun, TamperEffect, TamperRules, TamperState, step
from edge_agent.core.view import ViewMeter
from edge_agent.flows.facts import Facts
from edge_agent.ports import Outbox
from shared.ids import CameraId
from shared.messages import TamperFact

log = structlog.get_logger("watch tamper")

_LOOKS_PER_S = 4.0


class TamperWatching:
    """One camera's view. `offer` it frames as they come; it outlives a restart of its flow."""

    def __init__(self, camera: CameraId, rules: TamperRules, facts: Facts, outbox: Outbox) -> None:
        self.camera = camera
        self._rules = rules
        self._facts = facts
        self._outbox = outbox
        self._pace = Pace(_LOOKS_PER_S)
        self._meter = ViewMeter(rules.sensitivity)
        self._state = TamperState()
        self._untold: list[TamperEffect] = []
        self._told: TamperFact | None = None
        self._work = asyncio.Event()
        self._recovered = False

    @property
    def trouble(self) -> str:
        """The kind that is open now, or nothing."""
        return "" if self._state.open is None else self._state.open.kind

    def offer(self, frame: LumaFrame) -> None:
        """Look at a frame, if its turn has come. Cheap; what it shows is told by `run`."""
        if not self._rules.kinds or not self._pace.take(frame.pts_ms):
            return
        told = None if self._state.open is None else self._state.open.kind
        seen = self._meter.look(frame, told)
        self._state, effects = step(self._state, frame.pts_ms, seen, self._rules)
        if effects:
            self._untold.extend(effects)
            self._work.set()

    async def run(self) -> None:
        """Tell every change once, in order, until cancelled; what the disk did not take is told by the next run."""
        if not self._recovered:
            await self._close_orphan()
            self._recovered = True
        while True:
            while self._untold:
                await self._tell(self._untold[0])
                del self._untold[0]
            self._work.clear()
            if not self._untold:
                await self._work.wait()

    async def _tell(self, effect: TamperEffect) -> None:
        if isinstance(effect, Begun):
            fact = self._facts.tampered(self.camera, effect.tamper)
            log.warning("camera tampered with", camera=self.camera, kind=fact.kind, start_ms=fact.start_ms)
        else:
            assert self._told is not None  # noqa: S101 - an end follows its begin
            fact = self._facts.untampered(self._told, effect.end_ms)
            log.info("camera sees again", camera=self.camera, kind=fact.kind, end_ms=fact.end_ms)
        await self._facts.keep([fact], {self._note: "" if fact.end_ms is not None else _text(fact)})
        self._told = fact

    @property
    def _note(self) -> str:
        return f"tamper {self.camera}"

    async def _close_orphan(self) -> None:
        """What the last life of the agent left open ends where it was told: this life learns its view anew."""
        text = await asyncio.to_thread(self._outbox.recall, self._note)
        if not text:
            return
        last = TamperFact.model_validate(json.loads(text))
        end_ms = max(last.start_ms, int(last.at.timestamp() * 1000))
        await self._facts.keep([self._facts.untampered(last, end_ms)], {self._note: ""})


def _text(fact: TamperFact) -> str:
    return fact.model_dump_json(by_alias=True)
