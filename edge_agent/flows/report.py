"""Report: the node's retained status, and its health every ten seconds."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.ring_index import RingBounds, reach_s
from edge_agent.core.shedding import ShedReport
from edge_agent.flows.count_wear import WearCounting
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.detect import Detection
from edge_agent.flows.facts import Facts
from edge_agent.flows.watch_tamper import TamperWatching
from edge_agent.ports import CameraFeed, Host, Outbox, Ring, Wire
from shared.errors import Transient
from shared.ids import CameraId, NodeId
from shared.kinds import KeyKept
from shared.messages import CameraHealth, CameraInfo, NodeHealth, NodeStatus
from shared.topics import HEALTH, STATUS

log = structlog.get_logger("report")

_TICK_MS = 1_000
_HEALTH_MS = 10_000


class Reporting:
    """Says how the node and its cameras are; nothing here is needed for anything else to work."""

    def __init__(
        self,
        feeds: Sequence[CameraFeed],
        detections: Mapping[CameraId, Detection],
        watchings: Mapping[CameraId, TamperWatching],
        ring: Ring,
        outbox: Outbox,
        delivery: Delivery,
        host: Host,
        wire: Wire,
        facts: Facts,
        version: str,
        rings: Mapping[CameraId, RingBounds],
        held_bytes_max: int,
        wear: WearCounting,
        still: Callable[[], tuple[str, ...]] = tuple,
        detector: Callable[[], DetectorHealth] = DetectorHealth,
        shed: Callable[[], ShedReport] = ShedReport,
        key_kept: KeyKept | None = None,
    ) -> None:
        self._key_kept = key_kept
        self._shed = shed
        self._detector = detector
        self._still = still
        self._rings = rings
        self._held_bytes_max = held_bytes_max
        self._wear = wear
        self._short: set[CameraId] = set()
        self._feeds = feeds
        self._detections = detections
        self._watchings = watchings
        self._ring = ring
        self._outbox = outbox
        self._delivery = delivery
        self._host = host
        self._wire = wire
        self._facts = facts
        self._version = version
        self._told: tuple[CameraInfo, ...] | None = None
        self._health_due_ms = 0

    async def connected(self) -> None:
        """A new session: the broker may know nothing of us, or our last will."""
        self._told = None
        await self.tell_status()

    async def run(self) -> None:
        """Look every second until cancelled."""
        while True:
            if self._wire.connected:
                try:
                    if self._cameras() != self._told:
                        await self.tell_status()
                    if self._facts.clock.monotonic_ms() >= self._health_due_ms:
                        await self._tell_health()
                except Transient as fault:
                    log.info("not reported", error=str(fault))
            await self._facts.clock.sleep_ms(_TICK_MS)

    async def tell_status(self) -> None:
        """Publish the status that is true now."""
        cameras = self._cameras()
        facts = self._facts
        status = NodeStatus(
            id=facts.mint(),
            at=facts.clock.now(),
            at_error_ms=facts.time.at_error_ms(),
            node=facts.node,
            state="online",
            agent_start=facts.agent_start,
            version=self._version,
            seq=facts.last_seq,
            cameras=cameras,
        )
        await self._wire.send(STATUS, status, node=facts.node)
        self._told = cameras

    def _cameras(self) -> tuple[CameraInfo, ...]:
        found: list[CameraInfo] = []
        for feed in self._feeds:
            signs = feed.signs()
            main = signs.main
            found.append(
                CameraInfo(
                    id=signs.camera,
                    source=signs.source,
                    state=signs.state,
                    codec="" if main is None else main.codec_string,
                    width=0 if main is None else main.width_px,
                    height=0 if main is None else main.height_px,
                    fps=0 if main is None else main.fps,
                    has_sub=signs.sub is not None,
                    has_audio=signs.sound.state == "on",
                    reason="" if signs.state == "live" else signs.last_error[:300],
                )
            )
        return tuple(found)

    async def _tell_health(self) -> None:
        facts = self._facts
        host = await asyncio.to_thread(self._host.signs)
        facts.time.disciplined = host.clock
        clock = facts.time.offset()
        depth, oldest_s = await asyncio.to_thread(self._outbox.depth, facts.clock.unix_ms())
        waiting, waiting_bytes = self._delivery.waiting()
        uplink = self._delivery.sharing.report()
        detector, shed = self._detector(), self._shed()
        cameras = [await asyncio.to_thread(self._camera_health, feed, host.disk_free_bytes) for feed in self._feeds]
        health = NodeHealth(
            id=facts.mint(),
            at=facts.clock.now(),
            at_error_ms=facts.time.at_error_ms(),
            node=facts.node,
            agent_start=facts.agent_start,
            uptime_s=host.uptime_s,
            cpu_percent=host.cpu_percent,
            load1=host.load1,
            memory_used_bytes=host.memory_used_bytes,
            memory_total_bytes=host.memory_total_bytes,
            disk_free_bytes=host.disk_free_bytes,
            temperature_c=host.temperature_c,
            throttled_now=host.throttled_now,
            throttled_ever=host.throttled_ever,
            clock_offset_ms=None if clock is None else round(clock.offset_ms, 1),
            clock_error_ms=None if clock is None else round(clock.error_ms, 1),
            clock_synchronised=host.clock is not None,
            certificate_days=host.certificate_days,
            own_certificate_days=host.own_certificate_days,
            key_kept=self._key_kept or "",
            stands_still=self._still(),
            outbox_facts=depth,
            outbox_oldest_s=oldest_s,
            uploads_waiting=waiting,
            uploads_waiting_bytes=waiting_bytes,
            held_bytes_max=self._held_bytes_max,
            written_bytes_day=self._wear.wear.day_bytes(facts.clock.unix_ms()),
            written_bytes_total=self._wear.wear.total_bytes,
            uplink_strained=uplink.strained,
            uplink_live=uplink.live,
            uplink_upload_bytes_s=uplink.upload_bytes_s,
            uplink_sent_bytes_s=uplink.sent_bytes_s,
            detector=detector.state,
            detector_error=detector.reason[:300],
            shed=shed.steps,
            shed_skipped=shed.skipped,
            shed_reason=shed.reason,
            cameras=tuple(cameras),
        )
        await self._wire.send(HEALTH, health, node=facts.node)
        self._health_due_ms = facts.clock.monotonic_ms() + _HEALTH_MS

    def _camera_health(self, feed: CameraFeed, disk_free_bytes: int) -> CameraHealth:
        signs = feed.signs()
        ring_s, ring_bytes = self._ring.extent(feed.camera)
        bounds = self._rings[feed.camera]
        room_bytes = min(bounds.bytes_max, ring_bytes + disk_free_bytes // len(self._feeds))
        reach = reach_s(room_bytes, ring_s, ring_bytes, signs.bitrate_bps)
        min_s = bounds.minutes_min * 60
        short = reach is not None and reach < min_s
        self._warn_of_short_ring(feed.camera, reach if short else None)
        return CameraHealth(
            id=signs.camera,
            state=signs.state,
            fps=signs.measured_fps,
            frame_age_ms=signs.frame_age_ms,
            restarts=signs.restarts,
            dropped_frames=signs.dropped_frames,
            bitrate_bps=signs.bitrate_bps,
            ring_s=ring_s,
            ring_bytes=ring_bytes,
            ring_unsynced_ms=signs.ring_unsynced_ms,
            held_bytes=self._ring.held_bytes(feed.camera),
            motion=min(1.0, max(0.0, self._detections[feed.camera].level)),
            last_error=signs.last_error[:300],
            sub_state=signs.sub_state,
            sub_error=signs.sub_error[:300],
            recording=signs.recording,
            ring_reach_s=None if reach is None else round(reach, 1),
            ring_min_s=min_s,
            ring_short=short,
            tamper=self._watchings[feed.camera].trouble,
        )

    def _warn_of_short_ring(self, camera: CameraId, reach: float | None) -> None:
        if reach is None:
            self._short.discard(camera)
        elif camera not in self._short:
            self._short.add(camera)
            log.warning("ring holds little", camera=camera, minutes=round(reach / 60, 1))


def offline_status(facts: Facts, version: str) -> NodeStatus:
    """The last will, and the word at a clean stop."""
    return NodeStatus(
        id=facts.mint(),
        at=facts.clock.now(),
        node=NodeId(facts.node),
        state="offline",
        agent_start=facts.agent_start,
        version=version,
    )
