"""Keep the ledger: one chained entry per camera-minute, with every segment's hash and every gap's cause."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import structlog

from edge_agent.core.ledger_minutes import MINUTE_MS, Entry, Sighting, entries, minute_of, ready_until_ms
from edge_agent.core.motion_heat import MotionHeat
from edge_agent.core.schedule import Due
from edge_agent.flows.facts import Facts
from edge_agent.ports import AnyFact, CameraFeed, Outbox, Ring
from shared.ledger import FIRST_PREVIOUS
from shared.messages import LedgerFact
from shared.orders import LedgerHead

log = structlog.get_logger("ledger")

_TICK_MS = 1_000
_SIGHTINGS = 500
_AHEAD_MS = 600_000  # a clock that was wrong once must not silence the ledger for years
_OFF_SLACK_MS = 2_000  # recording may have ended so long before it is seen here; only what is missing has a cause


@dataclass(frozen=True, slots=True)
class _Head:
    chain: str
    previous: str
    next_minute_ms: int
    covered_to_ms: int
    first_minute_ms: int = 0  # where the chain began, as far as that is known
    restored: bool = False  # the entry that says so is still to be written


class LedgerKeeping:
    """One camera's ledger; its head is kept in the same transaction as the entry."""

    def __init__(
        self,
        feed: CameraFeed,
        ring: Ring,
        outbox: Outbox,
        facts: Facts,
        heat: MotionHeat | None = None,
        *,
        due: Callable[[int], Due | None] = lambda _minute_ms: None,
    ) -> None:
        self.camera = feed.camera
        self._feed = feed
        self._ring = ring
        self._outbox = outbox
        self._facts = facts
        self._due = due
        self._heat = heat
        self._began_ms = facts.clock.unix_ms()
        self._sightings: deque[Sighting] = deque(maxlen=_SIGHTINGS)
        self._head: _Head | None = None
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look once a second, write when a minute is complete."""
        while True:
            self._look()
            async with self._turn:
                await self._write()
            await self._facts.clock.sleep_ms(_TICK_MS)

    async def greeted(self, told: LedgerHead) -> bool:
        """Compare with the newest entry that the controller has; True when this node had lost it.

        A node that was put back to an older copy goes on after it in a new chain, with what it still has to tell. One
        that is ahead, of what was acknowledged too, tells that again: the controller was put back.
        """
        async with self._turn:
            head = await self._known_head()
            kept = await asyncio.to_thread(self._outbox.ledger_at, self.camera, told.minute_ms)
            waiting = await asyncio.to_thread(self._outbox.ledger_waiting, self.camera)
            if any(fact.entry == told.entry for fact in kept):
                if told.entry not in {head.previous, *(fact.previous for fact in waiting)}:
                    count = await asyncio.to_thread(self._outbox.replay, told.minute_ms)
                    log.warning("the controller has lost entries: telling again", camera=self.camera, facts=count)
                return False
            if told.minute_ms > self._facts.clock.unix_ms() + _AHEAD_MS:
                log.warning(
                    "the controller knows entries from the future", camera=self.camera, minute_ms=told.minute_ms
                )
                return False
            ours = told.chain == head.chain or head.first_minute_ms <= told.minute_ms
            if told.minute_ms < head.next_minute_ms and not ours:
                return False
            await self._begin_anew(head, waiting, told)
            return True

    async def _begin_anew(self, head: _Head, waiting: Sequence[LedgerFact], told: LedgerHead) -> None:
        after_ms = told.minute_ms + MINUTE_MS
        chain, previous, facts = self._facts.mint(), FIRST_PREVIOUS, list[LedgerFact]()
        for fact in waiting:
            if fact.minute_ms >= after_ms:
                facts.append(self._facts.rechained(fact, chain, previous, restored=not facts))
                previous = facts[-1].entry
        fresh = _Head(
            chain,
            previous,
            max(head.next_minute_ms, after_ms),
            max(head.covered_to_ms, told.covered_to_ms),
            facts[0].minute_ms if facts else after_ms,
            restored=not facts,
        )
        gone = [fact.id for fact in waiting]
        await asyncio.to_thread(self._outbox.replace, gone, facts, {self._note: _written(fresh)})
        self._head = fresh
        self._facts.fresh.set()
        log.warning("this node was put back to an older copy: a new chain", camera=self.camera, kept=len(facts))

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
        head = await self._known_head()
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
            fact = self._facts.ledger(
                self.camera,
                entry,
                head.chain,
                head.previous,
                due=self._due(entry.minute_ms),
                restored=head.restored,
                motion=None if self._heat is None else self._heat.told(entry.minute_ms),
            )
            head = _Head(
                head.chain,
                fact.entry,
                entry.minute_ms + MINUTE_MS,
                entry.covered_to_ms,
                head.first_minute_ms,
            )
            facts.append(fact)
        if facts:
            await self._facts.keep(facts, {self._note: _written(head)})
            self._head = head
            if self._heat is not None:
                self._heat.forget(head.next_minute_ms)

    async def _known_head(self) -> _Head:
        if self._head is None:
            self._head = await self._first_head()
        return self._head

    async def _first_head(self) -> _Head:
        kept = await asyncio.to_thread(self._outbox.recall, self._note)
        if kept is not None:
            fields = json.loads(kept)
            head = _Head(**fields)
            if head.next_minute_ms <= self._began_ms + MINUTE_MS:
                return head
            log.warning("ledger is ahead of the clock: starting a new chain", camera=self.camera)
        minute_ms = minute_of(self._began_ms)
        return _Head(self._facts.mint(), FIRST_PREVIOUS, minute_ms, self._began_ms, minute_ms)

    @property
    def _note(self) -> str:
        return f"ledger {self.camera}"


def _written(head: _Head) -> str:
    return json.dumps(asdict(head))
