"""Greets nodes that come: tells each what is known of it, and asks for facts whose numbers are missing."""

import asyncio
from datetime import datetime
from typing import Protocol

import structlog

from controller.ports import Wire
from shared.clock import Clock
from shared.commands import Command, Reply, Resync
from shared.errors import CctvError, Transient
from shared.ids import NodeId
from shared.messages import NodeHealth, NodeStatus
from shared.mint import uuid7
from shared.orders import Hello
from shared.topics import COMMAND, HEALTH, REPLY, STATUS

log = structlog.get_logger("greet")

_QUEUE = 1_000
_AGAIN_MS = 20_000
_OFTEN_MS = 60_000


class NodeMemory(Protocol):
    """The database as this flow sees it."""

    async def hello(self, node: NodeId, agent_start: str) -> Hello | None:
        """What is known of a node; None for one that is switched off."""
        ...

    async def resync_since(self, node: NodeId, agent_start: str, told: int) -> datetime | None:
        """Since when acknowledged facts are to be told again; None: nothing is missing, or it was asked for already.

        `told`: the last number that the node itself has named. Asking is remembered.
        """
        ...


class Greeting:
    """One per site at a time, beside ingest."""

    def __init__(self, memory: NodeMemory, wire: Wire, clock: Clock) -> None:
        self._memory = memory
        self._wire = wire
        self._clock = clock
        self._queue: asyncio.Queue[NodeStatus | NodeHealth] = asyncio.Queue(_QUEUE)
        self._greeted: dict[str, tuple[str, int]] = {}  # by node: the start that was greeted, and when
        self._unanswered: dict[str, str] = {}  # by node: the hello
        self._told: dict[str, int] = {}  # by node: the last number that its status named

    def listen(self) -> None:
        """Hear status, health and replies; retained statuses come at once."""
        self._wire.listen(STATUS, self._hear)
        self._wire.listen(HEALTH, self._hear)
        self._wire.listen(REPLY, self._answered)

    async def run(self) -> None:
        """Greet until cancelled."""
        while True:
            message = await self._queue.get()
            try:
                if isinstance(message, NodeStatus):
                    await self._status(message)
                else:
                    await self._health(message)
            except Transient as fault:
                log.warning("cannot greet now", node=message.node, error=str(fault))
            except CctvError as fault:
                log.warning("node not greeted", node=message.node, error=str(fault))
            except Exception:  # outermost loop: facts are taken beside this, and must not end with it
                log.exception("greeting broke", node=message.node)

    async def _hear(self, levels: dict[str, str], message: NodeStatus | NodeHealth) -> None:
        if message.node == levels["node"] and not self._queue.full():
            self._queue.put_nowait(message)

    async def _answered(self, levels: dict[str, str], reply: Reply) -> None:
        if self._unanswered.get(levels["node"]) == reply.command:
            del self._unanswered[levels["node"]]

    async def _status(self, status: NodeStatus) -> None:
        if status.state != "online":
            self._greeted.pop(status.node, None)
            return
        self._told[status.node] = status.seq
        start, at_ms = self._greeted.get(status.node, ("", 0))
        if start != status.agent_start or self._clock.monotonic_ms() - at_ms >= _OFTEN_MS:
            await self._greet(NodeId(status.node), status.agent_start)

    async def _health(self, health: NodeHealth) -> None:
        start, at_ms = self._greeted.get(health.node, ("", 0))
        if start != health.agent_start:
            return
        if health.node in self._unanswered and self._clock.monotonic_ms() - at_ms >= _AGAIN_MS:
            await self._greet(NodeId(health.node), start)
        if health.outbox_facts:
            return  # what is missing may still be on its way
        since_at = await self._memory.resync_since(NodeId(health.node), start, self._told.get(health.node, 0))
        if since_at is not None:
            log.warning("facts are missing: asking for them again", node=health.node, since=since_at.isoformat())
            await self._send(NodeId(health.node), Resync(since_at=since_at))

    async def _greet(self, node: NodeId, agent_start: str) -> None:
        hello = await self._memory.hello(node, agent_start)
        if hello is None:
            return
        self._greeted[node] = (agent_start, self._clock.monotonic_ms())
        self._unanswered[node] = await self._send(node, hello)

    async def _send(self, node: NodeId, order: Hello | Resync) -> str:
        command = Command(id=uuid7(), at=self._clock.now(), command=order)
        await self._wire.send(COMMAND, command, node=node, id=command.id)
        return command.id
