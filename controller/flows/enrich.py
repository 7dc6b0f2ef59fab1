"""Has a language model describe alarms and draft next steps: beside everything, in the way of nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from controller.core.enrichment import EnrichmentKind, Language, Question, again_ms, pause_ms, question
from controller.ports import Asked, Bell, EnrichmentStore
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient
from shared.kinds import Severity

log = structlog.get_logger("enrich")

_POLL_S = 2.0
_AGAIN_MS = 2_000


class Chat(Protocol):
    """A language model."""

    async def ready(self) -> None:
        """`WayShut` while nothing may be asked."""
        ...

    async def ask(self, question: Question, pictures: Sequence[bytes]) -> str: ...


class PictureSource(Protocol):
    """Pictures of an alarm by their keys."""

    async def jpegs(self, keys: Sequence[str], most: int) -> tuple[bytes, ...]: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What the site allows."""

    model: str
    host: str
    language: Language
    pictures: int
    timeout_s: float
    per_hour: int
    severities: tuple[Severity, ...]


@dataclass(slots=True)
class Enrich:
    """One kind of question; each kind has its own loop, its own queue and its own budget."""

    kind: EnrichmentKind
    store: EnrichmentStore
    chat: Chat
    pictures: PictureSource
    bell: Bell
    clock: Clock
    terms: Terms
    _sent_ms: list[int] = field(default_factory=list)

    async def run(self) -> None:
        """Ask until cancelled. A database that is away is waited for."""
        failing = False
        while True:
            try:
                while await self.step():
                    pass
                failing = False
                await self.bell.wait("feed", _POLL_S)
            except Transient as fault:
                if not failing:
                    log.warning("cannot ask for the moment", kind=self.kind, error=str(fault))
                failing = True
                await self.clock.sleep_ms(_AGAIN_MS)

    async def step(self) -> bool:
        """Plan, and ask one question if the budget allows; False: nothing to do now."""
        await self.store.plan(self.kind, self.terms.severities)
        now_ms = self.clock.unix_ms()
        if pause_ms(self._sent_ms, self.terms.per_hour, now_ms):
            return False
        await self.chat.ready()
        asked = await self.store.claim(self.kind, round(self.terms.timeout_s * 1000))
        if asked is None:
            return False
        try:
            text = await self._ask(asked)
        except CctvError as fault:
            await self.store.failed(asked, str(fault)[:300], again_ms(asked.tries))
            log.info("no answer", kind=self.kind, tries=asked.tries, reason=str(fault)[:300])
        else:
            await self.store.answered(asked, text, self.terms.model)
        return True

    async def _ask(self, asked: Asked) -> str:
        wanted = question(self.kind, asked.alarm, self.terms.language)
        jpegs: tuple[bytes, ...] = ()
        if wanted.pictures:
            jpegs = await self._jpegs(asked)
            if not jpegs:
                raise Rejected("pictures", "none is stored yet")
        self._sent_ms = [*self._sent_ms[-self.terms.per_hour :], self.clock.unix_ms()]
        detail = {"host": self.terms.host, "model": self.terms.model, "pictures": len(jpegs)}
        await self.store.audit(asked, detail)
        return await self.chat.ask(wanted, jpegs)

    async def _jpegs(self, asked: Asked) -> tuple[bytes, ...]:
        try:
            async with asyncio.timeout(self.terms.timeout_s):
                return await self.pictures.jpegs(asked.picture_keys, self.terms.pictures)
        except TimeoutError:
            raise Transient(f"pictures: not read within {self.terms.timeout_s:g} s") from None
