"""`NodeOrders` over MQTT: a command to a node, its reply awaited; settings left at the broker."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from controller.core.node_settings import NodeAnswer
from controller.errors import Late
from controller.ports import Wire
from shared import topics
from shared.clock import Clock
from shared.commands import AnyOrder, Command, ConfigDesired, Reply
from shared.errors import Rejected
from shared.ids import NodeId
from shared.mint import uuid7
from shared.reply_parts import ReplyParts
from shared.texts import say

log = structlog.get_logger("node orders")


class MqttNodeOrders:
    """Make it before its session connects: it hears every node's replies, and keeps those that it waits for."""

    def __init__(self, session: Wire, clock: Clock, *, asks: bool = True) -> None:
        """Who never asks need not hear replies."""
        self._session = session
        self._clock = clock
        self._waiting: dict[tuple[str, str], tuple[ReplyParts, asyncio.Future[NodeAnswer]]] = {}
        if asks:
            session.listen(topics.REPLY, self._hear)

    async def ask(self, node: NodeId, order: AnyOrder, timeout_s: float) -> NodeAnswer:
        command = Command(id=uuid7(), at=self._clock.now(), command=order)
        answer: asyncio.Future[NodeAnswer] = asyncio.get_running_loop().create_future()
        self._waiting[node, command.id] = ReplyParts(), answer
        try:
            await self._session.send(topics.COMMAND, command, node=node, id=command.id)
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            raise Late("node", say("node_silent", node=node, seconds=round(timeout_s))) from None
        finally:
            del self._waiting[node, command.id]

    async def desire(self, node: NodeId, version: int, settings: Mapping[str, Any]) -> None:
        message = ConfigDesired(id=uuid7(), at=self._clock.now(), node=node, version=version, settings=dict(settings))
        await self._session.send(topics.CONFIG_DESIRED, message, node=node)

    async def _hear(self, levels: dict[str, str], reply: Reply) -> None:
        waiting = self._waiting.get((levels["node"], levels["id"]))
        if waiting is None or reply.command != levels["id"]:
            return
        parts, answer = waiting
        if answer.done() or not parts.add(reply):
            return
        try:
            first, data = parts.whole()
        except Rejected as fault:
            log.warning("reply is damaged", node=levels["node"], error=str(fault))
            return
        answer.set_result(NodeAnswer(first.ok, first.reason, first.result, first.media_type, data))
