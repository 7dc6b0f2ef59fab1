"""Tend: what an administrator asks of a node: a picture, a camera or the machine started anew, diagnostics, updates."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from edge_agent.flows.diagnose import Diagnosis
from edge_agent.flows.fetch_release import ReleaseFetching
from edge_agent.flows.take_snapshot import Snapshots
from edge_agent.ports import CameraFeed, Machine, PackageSource
from shared.commands import (
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
from shared.errors import Rejected
from shared.ids import CameraId
from shared.releases import is_newer, newest

log = structlog.get_logger("tend")

TendOrder = (
    TakeSnapshot | RestartCamera | Reboot | Diagnose | UpdateCheck | RestartAgent | ReadLog | Update | UpdateState
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply carries beside yes."""

    says: str = ""
    result: Mapping[str, Any] | None = None
    media_type: str = ""
    data: bytes = b""
    span_ms: tuple[int, int] | None = None  # of a back-fill: what there is of it


class Tending:
    """Does one order; raises `Rejected` or `Transient` with the reason."""

    def __init__(
        self,
        feeds: Mapping[CameraId, CameraFeed],
        snapshots: Snapshots,
        diagnosis: Diagnosis,
        machine: Machine | None,
        packages: PackageSource | None,
        version: str,
        begin_anew: Callable[[], None] | None = None,
        releases: ReleaseFetching | None = None,
    ) -> None:
        """`machine` None: the node's own file does not allow a reboot; `packages` None: no index is configured.

        `releases` None: the agent was not installed so that another version can stand beside it.
        `begin_anew` ends this life of the agent soon, and another begins; it raises `Transient` where it may not now.
        """
        self._feeds = feeds
        self._snapshots = snapshots
        self._diagnosis = diagnosis
        self._machine = machine
        self._packages = packages
        self._version = version
        self._begin_anew = begin_anew
        self._releases = releases

    async def do(self, order: TendOrder) -> Answer:
        match order:
            case TakeSnapshot(camera=camera):
                picture = await self._snapshots.take(self._feed(camera).camera)
                return Answer(result={"pts_ms": picture.pts_ms}, media_type="image/jpeg", data=picture.jpeg)
            case RestartCamera() | RestartAgent() | Reboot() | Update():
                await self._start_anew(order)
                return Answer()
            case ReadLog(after=after):
                newest, lines = await asyncio.to_thread(self._diagnosis.log, after)
                return Answer(result={"newest": newest}, media_type="application/json", data=lines)
            case Diagnose():
                return Answer(media_type="application/zip", data=await self._diagnosis.make())
            case UpdateState():
                return Answer(result=await self._fetching().state())
            case UpdateCheck():
                return await self._look_for_update()

    async def _start_anew(self, order: RestartCamera | RestartAgent | Reboot | Update) -> None:
        """A camera's process, the agent, the machine, or another version."""
        match order:
            case RestartCamera(camera=camera):
                self._feed(camera).restart()
                log.warning("camera is restarted on command", camera=camera)
            case RestartAgent():
                if self._begin_anew is None:
                    raise Rejected("command", "this agent cannot begin anew by itself")
                self._begin_anew()
                log.warning("agent begins anew on command")
            case Reboot():
                if self._machine is None:
                    raise Rejected("commands.reboot", "the node's own file does not allow it")
                log.warning("machine is rebooted on command")
                await self._machine.reboot()
            case Update():
                log.warning("another version is fetched on command", release=order.release)
                await self._fetching().begin(order)

    async def _look_for_update(self) -> Answer:
        if self._packages is None:
            return Answer("no package index is configured (update.index_url)", {"installed": self._version})
        offered = newest(await self._packages.versions())
        newer = offered is not None and is_newer(offered, self._version)
        return Answer(result={"installed": self._version, "offered": offered, "newer": newer})

    def _fetching(self) -> ReleaseFetching:
        if self._releases is None:
            raise Rejected("update", "this agent stands alone, not below a root with versions: install it anew by hand")
        return self._releases

    def _feed(self, camera: str) -> CameraFeed:
        found = self._feeds.get(CameraId(camera))
        if found is None:
            raise Rejected("camera", f"{camera!r} is not a camera of this node")
        return found
