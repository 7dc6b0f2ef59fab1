"""Tends nodes for an administrator: a command with its answer, settings with their version."""

import json
from collections.abc import Mapping
from typing import Any, Literal, Protocol, get_args

import structlog

from controller.core.node_settings import DesiredSettings, NodeAnswer, check_settings, check_wanted
from controller.ports import State
from shared.commands import (
    AnyOrder,
    ConfigReported,
    Diagnose,
    ReadLog,
    Reboot,
    RestartAgent,
    RestartCamera,
    TakeSnapshot,
    Update,
    UpdateCheck,
    UpdateState,
)
from shared.errors import Rejected, Transient
from shared.ids import CameraId, NodeId, node_of
from shared.texts import say

log = structlog.get_logger("tend nodes")

OrderKind = Literal["snapshot", "restart-camera", "reboot", "diagnostics", "update-check", "restart-agent"]
KINDS: tuple[OrderKind, ...] = get_args(OrderKind)

_PATIENCE_S: dict[OrderKind, float] = {"diagnostics": 40.0, "update-check": 25.0, "reboot": 25.0}
_ELSE_S = 12.0
_STATE_S = 6.0
_LOG_LINES = 200


class NodeOrders(Protocol):
    """What an administrator tells a node; `Transient` while the broker is away."""

    async def ask(self, node: NodeId, order: AnyOrder, timeout_s: float) -> NodeAnswer:
        """`Late` when the node does not answer in time."""
        ...

    async def desire(self, node: NodeId, version: int, settings: Mapping[str, Any]) -> None:
        """Leave these settings at the broker, for now and for whenever the node comes."""
        ...


class NodeConfigs(Protocol):
    """The database: settings wanted of nodes, every version of them, and what the nodes say of the newest."""

    async def state(self, node: NodeId) -> State:
        """NodeConfigOut; `Missing` when there is no such node."""
        ...

    async def add(
        self, node: NodeId, settings: Mapping[str, Any], *, expected_version: int | None, who: str, address: str
    ) -> DesiredSettings:
        """A new version, larger than any that the node has seen; `Conflict` when another than expected is newest."""
        ...

    async def unanswered(self) -> tuple[DesiredSettings, ...]:
        """The newest version of every enabled node that has not said a word on it."""
        ...

    async def newest(self) -> tuple[DesiredSettings, ...]:
        """The newest version of every enabled node that has one."""
        ...

    async def report(self, report: ConfigReported) -> None:
        """Keep what a node says; one that is unknown or switched off is not heard."""
        ...

    async def note_order(self, node: NodeId, kind: str, who: str, address: str) -> None:
        """Write into the audit log that someone ordered this; `Missing` when there is no such node."""
        ...


class TendNodes:
    """Every order is written into the audit log before it is given."""

    def __init__(self, configs: NodeConfigs, orders: NodeOrders, *, patience_s: float | None = None) -> None:
        """`patience_s`: for how long every answer is waited for; None: by what was asked."""
        self._configs = configs
        self._orders = orders
        self._patience_s = patience_s

    async def tell(self, node: NodeId, kind: OrderKind, camera: CameraId | None, who: str, address: str) -> NodeAnswer:
        """The node's answer, be it yes or no; `Late` without one."""
        order = _order(node, kind, camera)
        await self._configs.note_order(node, kind, who, address)
        patience_s = _PATIENCE_S.get(kind, _ELSE_S) if self._patience_s is None else self._patience_s
        return await self._orders.ask(node, order, patience_s)

    async def log(self, node: NodeId, after: int, who: str, address: str) -> State:
        """NodeLogOut: a node's newest log lines after a number; the first look is audited. `Late` without an answer."""
        if after == 0:
            await self._configs.note_order(node, "log", who, address)
        else:
            await self._configs.state(node)  # who is not known is not waited for
        patience_s = _ELSE_S if self._patience_s is None else self._patience_s
        answer = await self._orders.ask(node, ReadLog(after=after), patience_s)
        if not answer.ok:
            return {"ok": False, "reason": answer.reason, "newest": 0, "lines": []}
        newest = (answer.result or {}).get("newest")
        return {
            "ok": True,
            "reason": "",
            "newest": newest if isinstance(newest, int) else 0,
            "lines": _lines(answer.data),
        }

    async def update(self, node: NodeId, order: Update, who: str, address: str) -> NodeAnswer:
        """Have a node fetch another version and install it; `update_state` says how it goes. `Late` without answer."""
        await self._configs.note_order(node, "update", who, address)
        return await self._orders.ask(node, order, _ELSE_S if self._patience_s is None else self._patience_s)

    async def update_state(self, node: NodeId) -> NodeAnswer:
        """What is installed there, and what became of the newest update; `Late` without an answer."""
        await self._configs.state(node)  # who is not known is not waited for
        return await self._orders.ask(node, UpdateState(), _STATE_S if self._patience_s is None else self._patience_s)

    async def config(self, node: NodeId) -> State:
        """NodeConfigOut."""
        return await self._configs.state(node)

    async def put_config(
        self, node: NodeId, settings: Mapping[str, Any], *, expected_version: int | None, who: str, address: str
    ) -> State:
        """Want these settings of a node, instead of all that were wanted before; the node says what becomes of it."""
        check_settings(settings)
        check_wanted(settings)
        wanted = await self._configs.add(node, settings, expected_version=expected_version, who=who, address=address)
        try:
            await self._orders.desire(node, wanted.version, wanted.settings)
        except Transient as fault:  # ingest leaves it at the broker later
            log.warning("settings not sent yet", node=node, error=str(fault))
        return await self._configs.state(node)


def _order(node: NodeId, kind: OrderKind, camera: CameraId | None) -> AnyOrder:
    if kind in {"snapshot", "restart-camera"}:
        if camera is None:
            raise Rejected("camera", say("missing"))
        if node_of(camera) != node:
            raise Rejected("camera", say("unknown", key=camera))
        return TakeSnapshot(camera=camera) if kind == "snapshot" else RestartCamera(camera=camera)
    return _PLAIN[kind]()


_PLAIN: dict[OrderKind, type[Reboot | Diagnose | UpdateCheck | RestartAgent]] = {
    "reboot": Reboot,
    "diagnostics": Diagnose,
    "update-check": UpdateCheck,
    "restart-agent": RestartAgent,
}


def _lines(data: bytes) -> list[str]:
    """What a node says is a list of lines; whatever else it is, is none."""
    try:
        found = json.loads(data)
    except ValueError:
        return []
    return [line for line in found if isinstance(line, str)][-_LOG_LINES:] if isinstance(found, list) else []
