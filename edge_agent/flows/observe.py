"""Observe: how the node is now, for its own server; asked by many, it looks once a second."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.node_state import CameraReport, MachineReport, NodeState
from edge_agent.core.reconfigure import Book
from edge_agent.core.shedding import ShedReport
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.detect import Detection
from edge_agent.flows.publish import Publishing
from edge_agent.ports import CameraFeed, Host, Outbox, Ring, Wire
from shared.clock import Clock
from shared.ids import CameraId

_FRESH_MS = 1_000


class Observation:
    """Looks at everything that the node's server tells; nothing here changes anything."""

    def __init__(
        self,
        node: str,
        site: str,
        version: str,
        feeds: Sequence[CameraFeed],
        detections: Mapping[CameraId, Detection],
        ring: Ring,
        outbox: Outbox,
        delivery: Delivery,
        publishing: Publishing,
        host: Host,
        wire: Wire,
        clock: Clock,
        detector: Callable[[], DetectorHealth] = DetectorHealth,
        shed: Callable[[], ShedReport] = ShedReport,
        *,
        tampering: Callable[[CameraId], str] = lambda _camera: "",
        book: Callable[[], Book] = Book,
    ) -> None:
        self._tampering = tampering
        self._book = book
        self._shed = shed
        self._detector = detector
        self._names = (node, site, version)
        self._feeds = feeds
        self._detections = detections
        self._ring = ring
        self._outbox = outbox
        self._delivery = delivery
        self._publishing = publishing
        self._host = host
        self._wire = wire
        self._clock = clock
        self._looking = asyncio.Lock()
        self._state: NodeState | None = None
        self._looked_ms = 0

    async def now(self) -> NodeState:
        """The state, at most a second old; raises `Transient` when the outbox does not answer."""
        async with self._looking:
            now_ms = self._clock.monotonic_ms()
            if self._state is None or now_ms - self._looked_ms >= _FRESH_MS:
                self._state = await self._look()
                self._looked_ms = now_ms
            return self._state

    def ended(self) -> Mapping[str, int]:
        """Runs that the store has got, and runs that were lost, since the agent's start."""
        return {"stored": self._delivery.ended["stored"], "lost": self._delivery.ended["lost"]}

    async def _look(self) -> NodeState:
        node, site, version = self._names
        wall_ms = self._clock.unix_ms()
        uploads = self._delivery.waiting_by_class()
        facts, oldest_s, machine, cameras = await asyncio.to_thread(self._read, wall_ms)
        return NodeState(
            node=node,
            site=site,
            version=version,
            at_ms=wall_ms,
            broker_connected=self._wire.connected,
            controller_online=self._publishing.online,
            facts_waiting=facts,
            facts_oldest_s=oldest_s,
            uploads_waiting=uploads,
            machine=machine,
            cameras=cameras,
            uplink=self._delivery.sharing.report(),
            detector=self._detector(),
            shed=self._shed(),
            book=self._book(),
        )

    def _read(self, wall_ms: int) -> tuple[Mapping[str, int], float, MachineReport, tuple[CameraReport, ...]]:
        host = self._host.signs()
        machine = MachineReport(
            uptime_s=host.uptime_s,
            cpu_percent=host.cpu_percent,
            memory_used_bytes=host.memory_used_bytes,
            memory_total_bytes=host.memory_total_bytes,
            disk_free_bytes=host.disk_free_bytes,
            temperature_c=host.temperature_c,
            throttled_now=host.throttled_now,
            throttled_ever=host.throttled_ever,
            clock_off_ms=None if host.clock is None else host.clock.bound_ms(),
            certificate_days=host.certificate_days,
            own_certificate_days=host.own_certificate_days,
        )
        _count, oldest_s = self._outbox.depth(wall_ms)
        return self._outbox.depth_by_kind(), oldest_s, machine, tuple(self._camera(feed) for feed in self._feeds)

    def _camera(self, feed: CameraFeed) -> CameraReport:
        ring_s, ring_bytes = self._ring.extent(feed.camera)
        motion = min(1.0, max(0.0, self._detections[feed.camera].level))
        held_bytes, tamper = self._ring.held_bytes(feed.camera), self._tampering(feed.camera)
        return CameraReport(feed.signs(), ring_s, ring_bytes, held_bytes, motion, tamper)
