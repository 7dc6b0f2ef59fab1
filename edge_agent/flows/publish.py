"""Publish: facts go from the outbox to the broker until the controller has acknowledged them."""

import asyncio

import structlog

from edge_agent.core.outbox_policy import MAX_IN_FLIGHT
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.facts import Facts
from edge_agent.ports import AnyFact, Outbox, Wire
from shared.errors import Transient
from shared.messages import Ack, ControllerStatus, EventFact, LedgerFact, MotionMessage, RunFact, TamperFact
from shared.topics import CAMERA_EVENT, FACT, MOTION, TAMPER
from shared.trace import record

log = structlog.get_logger("publish")

_TICK_S = 0.5
_SILENCE_MS = 120_000
_SILENCE_MOST_MS = 1_800_000
_HELLO_MS = 15_000
"""How long ledger entries wait for the controller to say which it has: a node put back to a copy may be behind."""


class Publishing:
    """The node's side of fact and acknowledgement; silent while the controller is not online."""

    def __init__(self, outbox: Outbox, wire: Wire, facts: Facts, delivery: Delivery) -> None:
        self._outbox = outbox
        self._wire = wire
        self._facts = facts
        self._delivery = delivery
        self._online = False
        self._online_since_ms = 0
        self._compared = False
        self._silent_since_ms: int | None = None  # facts go out and nothing comes back
        self._patience_ms = _SILENCE_MS

    @property
    def online(self) -> bool:
        """Whether somebody listens: the broker is there and the controller said so."""
        return self._online and self._wire.connected

    async def connected(self) -> None:
        """A new session: what the controller is, its retained status will say."""
        self._online = False
        self._silent_since_ms = None

    async def controller_is(self, _levels: dict[str, str], status: ControllerStatus) -> None:
        """The controller came or went."""
        online = status.state == "online"
        if online != self._online:
            log.info("controller", state=status.state)
        if online and not self._online:
            self._outbox.unsend()
            self._online_since_ms = self._facts.clock.monotonic_ms()
        self._online = online
        self._facts.fresh.set()

    def greeted(self) -> None:
        """The controller has said what it knows, and the ledgers go on from there."""
        self._compared = True
        self._facts.fresh.set()

    async def answered(self, levels: dict[str, str], ack: Ack) -> None:
        """Facts are durable at the controller."""
        if levels.get("node") != self._facts.node:
            return
        self._silent_since_ms, self._patience_ms = None, _SILENCE_MS
        now_ms = self._facts.clock.unix_ms()
        for item in ack.items:
            self._facts.time.answered(item.fact, ack.at.timestamp() * 1000)
            fact = await asyncio.to_thread(self._outbox.find, item.fact)
            if fact is None:
                continue
            if item.outcome in {"parked", "rejected"}:
                log.warning("fact not understood", fact=item.fact, outcome=item.outcome, reason=item.reason)
            await asyncio.to_thread(self._outbox.acknowledged, item.fact, now_ms)
            if isinstance(fact, EventFact) and fact.rev == 1:
                record(fact.event, "tell", round(fact.at.timestamp() * 1000), now_ms, outcome=item.outcome)
            if isinstance(fact, RunFact):
                await self._delivery.answered(item, fact)
        self._facts.fresh.set()

    async def run(self) -> None:
        """Send what is due until cancelled."""
        clock = self._facts.clock
        while True:
            self._facts.fresh.clear()
            if self.online:
                due = await asyncio.to_thread(self._outbox.due, clock.monotonic_ms(), MAX_IN_FLIGHT)
                for fact in due:
                    if isinstance(fact, LedgerFact) and not self._may_tell_ledger():
                        continue
                    if not await self._send(fact):
                        break
                self._mind_silence()
            else:
                self._silent_since_ms = None
            try:
                async with asyncio.timeout(_TICK_S):
                    await self._facts.fresh.wait()
            except TimeoutError:
                continue

    def _mind_silence(self) -> None:
        """A session whose subscriptions the broker has lost looks sound and hears nothing for ever."""
        now_ms = self._facts.clock.monotonic_ms()
        if self._silent_since_ms is None or now_ms - self._silent_since_ms < self._patience_ms:
            return
        log.warning("no fact was acknowledged: a new session", silent_s=(now_ms - self._silent_since_ms) // 1000)
        self._silent_since_ms = None
        self._patience_ms = min(_SILENCE_MOST_MS, 2 * self._patience_ms)
        self._wire.renew()

    def _may_tell_ledger(self) -> bool:
        return self._compared or self._facts.clock.monotonic_ms() - self._online_since_ms >= _HELLO_MS

    async def _send(self, fact: AnyFact) -> bool:
        node = self._facts.node
        self._outbox.sent(fact.id, self._facts.clock.monotonic_ms())
        self._facts.time.sent(fact.id)
        if self._silent_since_ms is None:  # before the answer, which may be quicker than the broker's own
            self._silent_since_ms = self._facts.clock.monotonic_ms()
        try:
            with self._delivery.sharing.telling():
                await self._wire.send(FACT, fact, node=node)
            if isinstance(fact, EventFact):
                await self._wire.send(CAMERA_EVENT, fact, node=node, camera=fact.camera)
                await self._wire.send(MOTION, motion_of(fact), node=node, camera=fact.camera)
            elif isinstance(fact, TamperFact):
                await self._wire.send(TAMPER, fact, node=node, camera=fact.camera)
        except Transient as fault:
            log.info("fact not sent", fact=fact.id, error=str(fault))
            return False
        return self.online


def motion_of(fact: EventFact) -> MotionMessage:
    """The same as third parties want it; an event that goes on in the next one is motion still."""
    return MotionMessage(
        id=fact.id,
        at=fact.at,
        at_error_ms=fact.at_error_ms,
        camera=fact.camera,
        motion=fact.state == "open",
        event=fact.event,
        since_ms=fact.start_ms,
        peak=fact.peak,
    )
