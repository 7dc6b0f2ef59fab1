"""Takes what nodes tell: batches into one transaction, acknowledges after the commit, rings the bell."""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import structlog

from controller.flows.grant import grant_put
from controller.ports import Bell, FactStore, ObjectStore, Received, Taken, Wire
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient
from shared.fields import UUID
from shared.ids import NodeId
from shared.messages import Ack, AckItem, AnyFact, ControllerStatus, EventFact, Grant, NodeHealth, NodeStatus, RunFact
from shared.mint import uuid7
from shared.topics import ACK, CONTROLLER_STATUS, FACT, HEALTH, STATUS, Channel
from shared.trace import record

log = structlog.get_logger("ingest")

_BATCH = 10
_QUEUE = 2_000
_HEALTH_QUEUE = 1_000
_BACKOFF_MS = (200, 500, 1_000, 2_000, 5_000)

Item = Received | NodeStatus | NodeHealth


class Ingest:
    """One per site at a time (see `lead`). Everything waiting is bounded; what does not fit the node sends again."""

    def __init__(
        self, facts: FactStore, objects: ObjectStore, wire: Wire, bell: Bell, clock: Clock, *, version: str
    ) -> None:
        self._facts = facts
        self._objects = objects
        self._wire = wire
        self._bell = bell
        self._clock = clock
        self._version = version
        self._leaving = False
        self._queue: asyncio.Queue[Item] = asyncio.Queue(_QUEUE)
        self._writing = 0
        self.dropped = 0
        self.uploaded = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Everything heard so far is written and answered."""
        return self._queue.empty() and self._writing == 0

    def listen(self) -> None:
        """Subscribe. Retained status of every node comes at once and again after every reconnect."""
        self._wire.subscribe(FACT.filter(), self.hear_fact)
        self._wire.subscribe(STATUS.filter(), self.hear_status)
        self._wire.subscribe(HEALTH.filter(), self.hear_health)
        self._wire.subscribe(CONTROLLER_STATUS.filter(), self.hear_controller)

    async def announce(self) -> None:
        """Tell the nodes that they are heard; call it after every (re)connect."""
        self._leaving = False
        await self._tell("online")

    async def leave(self) -> None:
        """Tell the nodes to wait, and do not take it back when the broker repeats it to us."""
        self._leaving = True
        await self._tell("offline")

    async def hear_fact(self, topic: str, payload: bytes) -> None:
        """Take a payload from a node's `fact` topic; what cannot be understood is kept raw."""
        found = FACT.match(topic)
        if found is None:
            return
        node = NodeId(found["node"])
        try:
            fact: AnyFact = FACT.decode(payload)
        except Rejected as fault:
            self._offer(Received(node, payload, None, f"{fault.field}: {fault.fault}"))
            return
        self._offer(Received(node, payload, fact))

    async def hear_status(self, topic: str, payload: bytes) -> None:
        found, message = STATUS.match(topic), _decoded(STATUS, payload)
        if found is not None and isinstance(message, NodeStatus) and message.node == found["node"]:
            self._offer(message)

    async def hear_health(self, topic: str, payload: bytes) -> None:
        found, message = HEALTH.match(topic), _decoded(HEALTH, payload)
        if found is None or not isinstance(message, NodeHealth) or message.node != found["node"]:
            return
        if self._queue.qsize() < _HEALTH_QUEUE:
            self._offer(message)

    async def hear_controller(self, topic: str, payload: bytes) -> None:
        """The last will of a predecessor may come after our own word: say it again."""
        del topic
        message = _decoded(CONTROLLER_STATUS, payload)
        if isinstance(message, ControllerStatus) and message.state == "offline" and not self._leaving:
            await self._tell("online")

    async def run(self) -> None:
        """Write until cancelled. An idle writer commits at once; under load up to ten share a transaction."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            self._writing = len(batch)
            await self._write_until_done(batch)
            self._writing = 0

    async def _write_until_done(self, batch: Sequence[Item]) -> None:
        attempt = 0
        while True:
            try:
                return await self._write(batch)
            except Transient as fault:
                if attempt == 0:
                    log.warning("cannot write, trying again", error=str(fault))
                await self._clock.sleep_ms(_BACKOFF_MS[min(attempt, len(_BACKOFF_MS) - 1)])
                attempt += 1

    def _offer(self, item: Item) -> None:
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            if self.dropped == 0:
                log.warning("too much at once: nodes will send again")
            self.dropped += 1

    async def _write(self, batch: Sequence[Item]) -> None:
        facts = [item for item in batch if isinstance(item, Received)]
        if facts:
            begun_ms = self._clock.unix_ms()
            taken = await self._facts.save_facts(facts)
            self._trace(facts, begun_ms)
            await self._answer(facts, taken)
        for item in batch:
            if not isinstance(item, Received):
                await self._write_signs(item)
        await self._bell.ring("feed")

    def _trace(self, facts: Sequence[Received], begun_ms: int) -> None:
        for one in facts:
            if isinstance(one.fact, EventFact) and one.fact.rev == 1:
                record(one.fact.event, "ingest", begun_ms, self._clock.unix_ms(), node=one.node)

    async def _write_signs(self, item: NodeStatus | NodeHealth) -> None:
        try:
            if isinstance(item, NodeStatus):
                await self._facts.save_status(item)
            else:
                await self._facts.save_health(item)
        except Transient:
            raise
        except CctvError as fault:
            log.warning("node status refused", node=item.node, error=str(fault))

    async def _answer(self, facts: Sequence[Received], taken: Sequence[Taken]) -> None:
        items: dict[NodeId, list[AckItem]] = {}
        for one, result in zip(facts, taken, strict=True):
            item = await self._item(one, result)
            if item is not None:
                items.setdefault(one.node, []).append(item)
            if isinstance(one.fact, RunFact) and one.fact.state == "uploaded":
                self.uploaded.set()
        for node, answers in items.items():
            await self._acknowledge(node, answers)
        if any(result.new_job for result in taken):
            await self._bell.ring("jobs")

    async def _item(self, one: Received, result: Taken) -> AckItem | None:
        """None: say nothing, so that the node sends again (no leave to give now) or gives up (not its own word)."""
        fact_id = one.fact.id if one.fact is not None else _fact_id(one.payload)
        if result.outcome == "dropped" or fact_id is None:
            log.warning("fact dropped", node=one.node, reason=result.reason or one.reason)
            return None
        grant: Grant | None = None
        if result.put is not None:
            grant = await grant_put(self._objects, result.put)
            if grant is None:
                return None
        return AckItem(
            fact=fact_id, outcome=result.outcome, reason=result.reason[:300], grant=grant, stored=result.stored
        )

    async def _acknowledge(self, node: NodeId, items: Sequence[AckItem]) -> None:
        try:
            await self._wire.send(ACK, Ack(id=uuid7(), at=self._clock.now(), items=tuple(items)), node=node)
        except Transient as fault:
            log.warning("acknowledgement not sent: the node will ask again", node=node, error=str(fault))

    async def _tell(self, state: str) -> None:
        status = ControllerStatus.model_validate(
            {"id": uuid7(), "at": self._clock.now(), "state": state, "version": self._version}
        )
        try:
            await self._wire.send(CONTROLLER_STATUS, status)
        except Transient as fault:
            log.warning("status not sent", error=str(fault))


def _decoded(channel: Channel[Any], payload: bytes) -> object:
    try:
        return channel.decode(payload)
    except Rejected as fault:
        log.warning("payload rejected", channel=channel.name, field=fault.field, fault=fault.fault)
        return None


def _fact_id(payload: bytes) -> str | None:
    """The id of a fact that is not understood, as far as it has one."""
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    found = document.get("id") if isinstance(document, dict) else None
    return found if isinstance(found, str) and re.fullmatch(UUID, found) else None
