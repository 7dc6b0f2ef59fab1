"""Keep the ledger: one chained entry per camera-minute, with every segment's hash and every gap's cause."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass

import structlog

from edge_agent.core.ledger_minutes import MINUTE_MS, Entry, Sighting, entries, minute_of, ready_until_ms
from edge_agent.flows.facts import Facts
from edge_agent.ports import AnyFact, CameraFeed, Outbox, Ring
from shared.ledger import FIRST_PREVIOUS

log = structlog.get_logger("ledger")

_TICK_MS = 1_000
_SIGHTINGS = 500
_OFF_SLACK_MS = 2_000  # recording may have ended so long before it is seen here; only what is missing has a cause


@dataclass(frozen=True, slots=True)
class _Head:
    chain: str
    previous: str
    next_minute_ms: int
    covered_to_ms: int


class LedgerKeeping:
    """One camera's ledger; its head is kept in the same transaction as the entry."""

    def __init__(self, feed: CameraFeed, ring: Ring, outbox: Outbox, facts: Facts) -> None:
        self.camera = feed.camera
        self._feed = feed
        self._ring = ring
        self._outbox = outbox
        self._facts = facts
        self._began_ms = facts.clock.unix_ms()
        self._sightings: deque[Sighting] = deque(maxlen=_SIGHTINGS)
        self._head: _Head | None = None

    async def run(self) -> None:
        """Look once a second, write when a minute is complete."""
        if self._head is None:
            self._head = await self._first_head()
        while True:
            self._look()
            await self._write()
            await self._facts.clock.sleep_ms(_TICK_MS)

    def _look(self) -> None:
        signs = self._feed.signs()
        last = self._sightings[-1] if self._sightings else None
        seen = (signs.state, signs.last_error, signs.recording)
        if last is None or (last.state, last.error, last.recording) != seen:
            now_ms = self._facts.clock.unix_ms() - (signs.frame_age_ms or 0 if signs.state == "stalled" else 0)
            if last is not None and last.recording and not signs.recording:
                now_ms -= _OFF_SLACK_MS
            from_ms = now_ms if last is None else max(now_ms, last.from_ms)
            self._sightings.append(Sighting(from_ms, *seen))

    async def _write(self) -> None:
        head = self._head
        if head is None:
            return
        now_ms = self._facts.clock.unix_ms()
        until_ms = ready_until_ms(now_ms)
        if until_ms < head.next_minute_ms + MINUTE_MS or now_ms < self._began_ms + MINUTE_MS // 3:
            return
        segments = await asyncio.to_thread(self._ring.between, self.camera, head.next_minute_ms, until_ms)
        segments = tuple(s for s in segments if head.next_minute_ms <= s.start_ms < until_ms)
        made = entries(
            head.next_minute_ms,
            head.covered_to_ms,
            until_ms,
            segments,
            tuple(self._sightings),
            self._began_ms,
        )
        await self._keep(head, made)

    async def _keep(self, head: _Head, made: tuple[Entry, ...]) -> None:
        facts: list[AnyFact] = []
        for entry in made:
            fact = self._facts.ledger(self.camera, entry, head.chain, head.previous)
            head = _Head(head.chain, fact.entry, entry.minute_ms + MINUTE_MS, entry.covered_to_ms)
            facts.append(fact)
        if facts:
            await self._facts.keep(facts, {self._note: _written(head)})
            self._head = head

    async def _first_head(self) -> _Head:
        kept = await asyncio.to_thread(self._outbox.recall, self._note)
        if kept is not None:
            fields = json.loads(kept)
            head = _Head(**fields)
            if head.next_minute_ms <= self._began_ms + MINUTE_MS:
                return head
            log.warning("ledger is ahead of the clock: starting a new chain", camera=self.camera)
        return _Head(self._facts.mint(), FIRST_PREVIOUS, minute_of(self._began_ms), self._began_ms)

    @property
    def _note(self) -> str:
        return f"ledger {self.camera}"


def _written(head: _Head) -> str:
    return json.dumps(
        {
            "chain": head.chain,
            "previous": head.previous,
            "next_minute_ms": head.next_minute_ms,
            "covered_to_ms": head.covered_to_ms,
        }
    )
