"""Compare: what the controller knows of this node against what is here, and send what it lacks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from edge_agent.core.run_cutter import Span
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.facts import Facts
from edge_agent.flows.keep_ledger import LedgerKeeping
from edge_agent.ports import Ring
from shared.errors import Rejected
from shared.ids import CameraId
from shared.limits import LONGEST_ORDER_MS
from shared.orders import Backfill, Hello

log = structlog.get_logger("compare")


class Comparing:
    """Answers hello and back-fill. `greeted` is called once the ledgers have been compared: they may be told then."""

    def __init__(
        self,
        ledgers: Mapping[CameraId, LedgerKeeping],
        cuttings: Mapping[CameraId, RunCutting],
        ring: Ring,
        facts: Facts,
        greeted: Callable[[], None],
        take_again: Callable[[CameraId, int, int], Awaitable[None]],
    ) -> None:
        self._ledgers = ledgers
        self._cuttings = cuttings
        self._ring = ring
        self._facts = facts
        self._greeted = greeted
        self._take_again = take_again

    async def hello(self, order: Hello) -> None:
        """Jump forward wherever this node is behind what it once told; `Rejected` when another start is meant."""
        if order.agent_start != self._facts.agent_start:
            raise Rejected("agent_start", "is not this agent's")
        self._facts.skip_seq(order.seq)
        for head in order.heads:
            ledger = self._ledgers.get(CameraId(head.camera))
            if ledger is not None:
                await ledger.greeted(head)
        self._greeted()

    async def backfill(self, order: Backfill, id_: str) -> tuple[int, int]:
        """Make what is left of the span due, and say what that is: an empty span when nothing is.

        Raises `Transient` while the node has no room for footage that waits.
        """
        cutting = self._cuttings.get(CameraId(order.camera))
        if cutting is None:
            raise Rejected("camera", f"{order.camera!r} is not a camera of this node")
        if not 0 < order.end_ms - order.start_ms <= LONGEST_ORDER_MS:
            raise Rejected("end_ms", f"must be 1 to {LONGEST_ORDER_MS} ms after start_ms")
        left = await asyncio.to_thread(self._ring.between, cutting.camera, order.start_ms, order.end_ms)
        if not left:
            return order.start_ms, order.start_ms
        await self._take_again(cutting.camera, order.start_ms, order.end_ms)
        start_ms, end_ms = max(order.start_ms, left[0].start_ms), min(order.end_ms, left[-1].end_ms)
        await cutting.want(Span(f"backfill {id_}", cutting.camera, start_ms, end_ms, order.media_class))
        log.info("back-fill", camera=cutting.camera, start_ms=start_ms, end_ms=end_ms)
        return start_ms, end_ms
