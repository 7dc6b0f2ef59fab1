"""Keeps settings where nodes find them, and what the nodes say of them where people find it."""

from collections.abc import Sequence

import structlog

from controller.core.node_settings import DesiredSettings
from controller.flows.tend_nodes import NodeConfigs, NodeOrders
from shared.clock import Clock
from shared.commands import ConfigReported
from shared.errors import CctvError, Transient

log = structlog.get_logger("keep configs")

_LOOK_MS = 60_000


class KeepConfigs:
    """One per site at a time. A broker may forget what it kept: everything is left there anew after each connect."""

    def __init__(self, configs: NodeConfigs, orders: NodeOrders, clock: Clock) -> None:
        self._configs = configs
        self._orders = orders
        self._clock = clock

    async def connected(self) -> None:
        """Call it after every (re)connect."""
        try:
            await self._leave(await self._configs.newest())
        except CctvError as fault:
            log.warning("settings not sent yet", error=str(fault))

    async def heard(self, levels: dict[str, str], report: ConfigReported) -> None:
        """What a node says, once it is written."""
        if levels.get("node") == report.node:
            await self._configs.report(report)

    async def run(self) -> None:
        """Until cancelled, see to what nobody has answered: it may never have reached the broker."""
        while True:
            await self._clock.sleep_ms(_LOOK_MS)
            try:
                await self._leave(await self._configs.unanswered())
            except Transient as fault:
                log.info("settings not sent yet", error=str(fault))

    async def _leave(self, wanted: Sequence[DesiredSettings]) -> None:
        for one in wanted:
            await self._orders.desire(one.node, one.version, one.settings)
