"""Update nodes: ring after ring, each node watched until it says how it ended; the first failure is the last ring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from controller.core.node_settings import NodeAnswer
from controller.errors import Late
from shared.clock import Clock
from shared.commands import Update
from shared.errors import CctvError, Rejected, Transient
from shared.ids import NodeId

Fate = Literal["done", "same", "failed", "rolled-back", "silent", "not begun"]
BAD: frozenset[Fate] = frozenset({"failed", "rolled-back", "silent"})

_LOOK_MS = 2_000
_STEPS = {
    "installing": "installs",
    "trying": "runs it, and looks whether all is well",
    "returning": "goes back",
}


class UpdateOrders(Protocol):
    """What is told to nodes."""

    async def update(self, node: NodeId, order: Update, who: str, address: str) -> NodeAnswer:
        """`Late` without an answer."""
        ...

    async def update_state(self, node: NodeId) -> NodeAnswer:
        """The same."""
        ...


class Shelf(Protocol):
    """What there is to fetch."""

    def order(self, version: str, platform: str, *, downgrade: bool) -> Update:
        """The release of that version for these machines; `Rejected` when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """How one node ended."""

    node: NodeId
    fate: Fate
    reason: str = ""
    before: str = ""


@dataclass(slots=True)
class UpdateNodes:
    """`tell` hears of every step: the node and one line; `finished` of each end."""

    orders: UpdateOrders
    shelf: Shelf
    clock: Clock
    tell: Callable[[NodeId, str], None]
    finished: Callable[[Ended], None]
    patience_ms: int
    ended: dict[NodeId, Ended] = field(default_factory=dict)

    async def run(
        self, version: str, rings: Sequence[Sequence[NodeId]], who: str, address: str = "", *, downgrade: bool = False
    ) -> list[Ended]:
        """How every node ended, in their order."""
        for ring in rings:
            for node in ring:
                self.ended[node] = Ended(node, "not begun")
        for ring in rings:
            begun = [node for node in ring if await self._begin(node, version, who, address, downgrade=downgrade)]
            await self._watch(begun, version)
            if any(self.ended[node].fate in BAD for node in ring):
                break
        return list(self.ended.values())

    async def _begin(self, node: NodeId, version: str, who: str, address: str, *, downgrade: bool) -> bool:
        """Whether it is under way."""
        try:
            state = await self._state(node)
            if state.get("installed") == version:
                self._end(node, "same", "has it already")
                return False
            order = self.shelf.order(version, str(state.get("platform", "")), downgrade=downgrade)
            answer = await self.orders.update(node, order, who, address)
            if not answer.ok:
                raise Rejected("node", answer.reason)
        except Late as fault:
            self._end(node, "silent", fault.fault)
            return False
        except CctvError as fault:
            self._end(node, "failed", fault.fault if isinstance(fault, Rejected) else str(fault))
            return False
        self.tell(node, f"fetches {order.release}")
        return True

    async def _watch(self, nodes: Sequence[NodeId], version: str) -> None:
        """Until each has ended, or the time is over. A node that is silent meanwhile may be starting anew."""
        until, said = self.clock.monotonic_ms() + self.patience_ms, dict.fromkeys(nodes, "")
        left = list(nodes)
        while left and self.clock.monotonic_ms() < until:
            for node in tuple(left):
                line = await self._look(node, version)
                if self.ended[node].fate != "not begun":
                    left.remove(node)
                elif line and line != said[node]:
                    said[node] = line
                    self.tell(node, line)
            if left:
                await self.clock.sleep_ms(_LOOK_MS)
        for node in left:
            self._end(node, "silent", f"has not ended after {self.patience_ms // 60_000} min: cctv node show {node}")

    async def _look(self, node: NodeId, version: str) -> str:
        """What it does now; how it ended is noted."""
        try:
            state = await self._state(node)
        except (Late, Transient):
            return "does not answer: it may be starting anew"
        except Rejected as fault:
            self._end(node, "failed", fault.fault)
            return ""
        if state.get("fetching"):
            return "fetches"
        if state.get("fault"):
            self._end(node, "failed", str(state["fault"]))
        elif (step := str(state.get("step"))) != "idle":
            return _STEPS.get(step, step)
        elif state.get("waits") or state.get("version") != version:
            return "waits for its updater"
        elif (result := state.get("result")) in {"done", "failed", "rolled-back"}:
            self._end(node, result, str(state.get("reason", "")), str(state.get("before", "")))
        return ""

    async def _state(self, node: NodeId) -> Mapping[str, Any]:
        answer = await self.orders.update_state(node)
        if not answer.ok:
            raise Rejected("node", answer.reason)
        return answer.result or {}

    def _end(self, node: NodeId, fate: Fate, reason: str, before: str = "") -> None:
        self.ended[node] = Ended(node, fate, reason, before)
        self.finished(self.ended[node])
