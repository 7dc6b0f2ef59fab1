"""Nodes that answer, or do not, for the tests of whoever gives orders."""

from collections.abc import Mapping
from typing import Any

from controller.core.node_settings import NodeAnswer
from controller.errors import Late
from shared.commands import AnyOrder
from shared.errors import Transient
from shared.ids import NodeId
from shared.texts import say


class FakeOrders:
    """`answers` by kind of order; silent without one, away while `down`."""

    def __init__(self) -> None:
        self.answers: dict[str, NodeAnswer] = {}
        self.asked: list[tuple[NodeId, AnyOrder]] = []
        self.left: list[tuple[NodeId, int, Mapping[str, Any]]] = []
        self.down = False

    async def ask(self, node: NodeId, order: AnyOrder, timeout_s: float) -> NodeAnswer:
        if self.down:
            raise Transient("broker: not connected")
        self.asked.append((node, order))
        if order.kind not in self.answers:
            raise Late("node", say("node_silent", node=node, seconds=round(timeout_s)))
        return self.answers[order.kind]

    async def desire(self, node: NodeId, version: int, settings: Mapping[str, Any]) -> None:
        if self.down:
            raise Transient("broker: not connected")
        self.left.append((node, version, settings))
