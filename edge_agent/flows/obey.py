"""Obey: do what the controller commands, once, and answer."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import TypeVar

import structlog

from edge_agent.core.run_cutter import Span
from edge_agent.flows.compare import Comparing
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.detect import Detection
from edge_agent.flows.facts import Facts
from edge_agent.flows.push_live import LivePushing
from edge_agent.ports import CameraFeed, Outbox, Wire
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from shared.messages import Command, Extend, LiveStart, LiveStop, Promote, Reply, Resync
from shared.orders import Backfill, Hello
from shared.topics import REPLY

log = structlog.get_logger("obey")

T = TypeVar("T")

_REMEMBERED = 512
_LONGEST_SPAN_MS = 600_000


class Obedience:
    """Takes commands; one that comes again is answered again and done once."""

    def __init__(
        self,
        feeds: Mapping[CameraId, CameraFeed],
        detections: Mapping[CameraId, Detection],
        cuttings: Mapping[CameraId, RunCutting],
        live: LivePushing,
        outbox: Outbox,
        wire: Wire,
        facts: Facts,
        comparing: Comparing,
    ) -> None:
        self._feeds = feeds
        self._detections = detections
        self._cuttings = cuttings
        self._live = live
        self._outbox = outbox
        self._wire = wire
        self._facts = facts
        self._comparing = comparing
        self._answers: OrderedDict[str, Reply] = OrderedDict()

    async def command(self, levels: dict[str, str], message: Command) -> None:
        """One command for this node; those of others are dropped."""
        if levels.get("node") != self._facts.node or levels.get("id") != message.id:
            log.warning("command dropped: not ours", command=message.id)
            return
        reply = self._answers.get(message.id)
        if reply is None:
            try:
                reply = self._reply(message, "", await self._do(message))
            except Rejected as fault:
                reply = self._reply(message, str(fault))
            self._answers[message.id] = reply
            if len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        try:
            await self._wire.send(REPLY, reply, node=self._facts.node, id=message.id)
        except Transient as fault:
            log.info("reply not sent", command=message.id, error=str(fault))

    async def _do(self, message: Command) -> tuple[int, int] | None:
        match message.command:
            case LiveStart(camera=camera, quality=quality, path=path, since_ms=since_ms):
                self._live.start(_ours(self._feeds, camera), quality, path, since_ms)
            case LiveStop(camera=camera, quality=quality):
                self._live.stop(_ours(self._feeds, camera).camera, quality)
            case Promote(camera=camera, start_ms=start_ms, end_ms=end_ms):
                if not 0 < end_ms - start_ms <= _LONGEST_SPAN_MS:
                    raise Rejected("end_ms", f"must be 1 to {_LONGEST_SPAN_MS} ms after start_ms")
                cutting = _ours(self._cuttings, camera)
                await cutting.want(Span(message.id, cutting.camera, start_ms, end_ms, "promoted"))
            case Extend(event=event, until_ms=until_ms):
                if not any(detection.extend(event, until_ms) for detection in self._detections.values()):
                    raise Rejected("event", "is not running here")
            case Resync(since_at=since_at):
                count = await asyncio.to_thread(self._outbox.replay, int(since_at.timestamp() * 1000))
                self._facts.fresh.set()
                log.info("resync", facts=count)
            case Hello():
                await self._comparing.hello(message.command)
            case Backfill():
                return await self._comparing.backfill(message.command, message.id)
        return None

    def _reply(self, message: Command, fault: str, left: tuple[int, int] | None = None) -> Reply:
        return Reply(
            id=self._facts.mint(),
            at=self._facts.clock.now(),
            command=message.id,
            ok=not fault,
            reason=fault[:300],
            start_ms=left and left[0],
            end_ms=left and left[1],
        )


def _ours(mapping: Mapping[CameraId, T], camera: str) -> T:
    found = mapping.get(CameraId(camera))
    if found is None:
        raise Rejected("camera", f"{camera!r} is not a camera of this node")
    return found
