"""Keeping settings: left at the broker at every connect, again while nobody has answered, reports kept as they are."""

import asyncio
from collections.abc import Mapping
from typing import Any

from controller.core.node_settings import DesiredSettings
from controller.flows.keep_configs import KeepConfigs
from controller.ports import State
from shared.commands import ConfigReported
from shared.errors import Transient
from shared.ids import NodeId
from shared.mint import uuid7
from tests.fakes.orders import FakeOrders
from tests.fakes.site import HandClock

GATE, ROOF = NodeId("gate"), NodeId("roof")


class Configs:
    """Two nodes' newest settings; `open` have not been answered."""

    def __init__(self) -> None:
        self.all = (DesiredSettings(GATE, 3, {"clip": {}}), DesiredSettings(ROOF, 1, {}))
        self.open = self.all[1:]
        self.reports: list[ConfigReported] = []
        self.down = False

    async def state(self, node: NodeId) -> State:
        raise NotImplementedError

    async def add(
        self, node: NodeId, settings: Mapping[str, Any], *, expected_version: int | None, who: str, address: str
    ) -> DesiredSettings:
        raise NotImplementedError

    async def unanswered(self) -> tuple[DesiredSettings, ...]:
        return self.open

    async def newest(self) -> tuple[DesiredSettings, ...]:
        if self.down:
            raise Transient("database: locked")
        return self.all

    async def report(self, report: ConfigReported) -> None:
        self.reports.append(report)

    async def note_order(self, node: NodeId, kind: str, who: str, address: str) -> None:
        raise NotImplementedError


async def test_settings_are_left_at_every_connect_and_again_while_unanswered() -> None:
    configs, orders = Configs(), FakeOrders()
    keep = KeepConfigs(configs, orders, HandClock())
    await keep.connected()
    assert orders.left == [(GATE, 3, {"clip": {}}), (ROOF, 1, {})]
    orders.left.clear()
    task = asyncio.create_task(keep.run())
    async with asyncio.timeout(5):
        while len(orders.left) < 3:
            await asyncio.sleep(0)
        assert set(map(str, orders.left)) == {str((ROOF, 1, {}))}
        orders.down, configs.down = True, True
        await keep.connected()
        orders.left.clear()
        orders.down = False
        while not orders.left:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_node_speaks_for_itself_only() -> None:
    configs = Configs()
    keep = KeepConfigs(configs, FakeOrders(), HandClock())
    body = {"id": uuid7(), "at": HandClock().now(), "node": "gate", "version": 3, "state": "applied"}
    report = ConfigReported.model_validate(body)
    await keep.heard({"node": "roof"}, report)
    assert configs.reports == []
    await keep.heard({"node": "gate"}, report)
    assert configs.reports == [report]
