"""Fetches from nodes what is due and missing in the store, a few spans at a time."""

import asyncio
import contextlib
from typing import Protocol

import structlog

from controller.core.footage import Order
from controller.ports import Wire
from shared.clock import Clock
from shared.commands import Command, Reply
from shared.errors import Transient
from shared.ids import NodeId
from shared.orders import Backfill
from shared.topics import COMMAND, REPLY

log = structlog.get_logger("back-fill")

_TICK_S = 2.0
_REPLIES = 500


class BackfillStore(Protocol):
    """The database as this flow sees it."""

    async def compare(self) -> int:
        """Compare minutes of the ledger that are due with the store; how many spans are to be asked for now."""
        ...

    async def serve_requests(self) -> int:
        """Ask for what people want and nodes have, tell what became of the rest; how many requests changed."""
        ...

    async def orders(self) -> tuple[Order, ...]:
        """What is to be sent to nodes now, remembered as sent."""
        ...

    async def answered(
        self, node: NodeId, order: str, reason: str, left: tuple[int, int] | None, *, accepted: bool
    ) -> None:
        """A node has taken an order, as far as it still has the span (`left`), or cannot now. Others' are ignored."""
        ...

    async def follow(self) -> int:
        """Look at what nodes have taken; how many orders are over."""
        ...


class BackFilling:
    """One per site at a time, beside ingest. What it does is in the database: a successor goes on."""

    def __init__(self, store: BackfillStore, wire: Wire, clock: Clock) -> None:
        self._store = store
        self._wire = wire
        self._clock = clock
        self._replies: asyncio.Queue[tuple[NodeId, Reply]] = asyncio.Queue(_REPLIES)
        self._news = asyncio.Event()

    def listen(self) -> None:
        """Hear what nodes answer."""
        self._wire.listen(REPLY, self._answered)

    async def run(self) -> None:
        """Compare, ask and follow until cancelled."""
        while True:
            try:
                await self.step()
            except Transient as fault:
                log.warning("cannot back-fill, trying again", error=str(fault))
            except Exception:  # outermost loop: facts are taken beside this, and must not end with it
                log.exception("back-fill broke")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._news.wait()
            self._news.clear()

    async def step(self) -> None:
        """Look at everything once."""
        while not self._replies.empty():
            await self._heed(*self._replies.get_nowait())
        await self._store.follow()
        found = await self._store.compare()
        if found:
            log.info("footage is missing that is due", spans=found)
        await self._store.serve_requests()
        for order in await self._store.orders():
            await self._send(order)

    async def _send(self, order: Order) -> None:
        start_ms, end_ms = order.span
        wanted = Backfill(camera=order.camera, start_ms=start_ms, end_ms=end_ms, media_class=order.media_class)
        command = Command(id=order.id, at=self._clock.now(), command=wanted)
        await self._wire.send(COMMAND, command, node=order.node, id=order.id)
        log.info("asked for footage", camera=order.camera, start_ms=start_ms, end_ms=end_ms)

    async def _answered(self, levels: dict[str, str], reply: Reply) -> None:
        if levels["id"] == reply.command and not self._replies.full():
            self._replies.put_nowait((NodeId(levels["node"]), reply))
            self._news.set()

    async def _heed(self, node: NodeId, reply: Reply) -> None:
        left = None if reply.start_ms is None or reply.end_ms is None else (reply.start_ms, reply.end_ms)
        await self._store.answered(node, reply.command, reply.reason, left, accepted=reply.ok)
