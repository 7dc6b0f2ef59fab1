"""Reports: status when it changes and after every connection, health at intervals, silence is no fault."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
import structlog

from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.media import LumaFrame
from edge_agent.core.recorder import EventRules
from edge_agent.core.ring_index import RingBounds
from edge_agent.core.shedding import ShedReport
from edge_agent.core.tamper import TamperRules
from edge_agent.core.wear import Wear
from edge_agent.flows.count_wear import WearCounting
from edge_agent.flows.detect import Detection
from edge_agent.flows.report import Reporting, offline_status
from edge_agent.flows.watch_tamper import TamperWatching
from edge_agent.ports import HostSigns
from shared.messages import CameraHealth
from tests.fakes.edge import STREAM, judge
from tests.fakes.host import FakeHost
from tests.fakes.node import FakeNode


def reporting(node: FakeNode, bytes_max: int = 10**9, watching: TamperWatching | None = None) -> Reporting:
    detection = Detection(
        node.feed, judge, EventRules(), node.facts, node.outbox, node.uploads, upload_events=True, due=lambda: None
    )
    return Reporting(
        (node.feed,),
        {node.feed.camera: detection},
        {node.feed.camera: watching or TamperWatching(node.feed.camera, TamperRules(), node.facts, node.outbox)},
        node.ring,
        node.outbox,
        node.delivery,
        FakeHost(),
        node.wire,
        node.facts,
        "1.2.3",
        {node.feed.camera: RingBounds(bytes_max, 30)},
        4_000_000_000,
        WearCounting((node.feed,), node.outbox, node.facts),
        still=lambda: ("outbox",),
        detector=lambda: DetectorHealth("refused", "is no model"),
        shed=lambda: ShedReport(("sub frame rate",), ("preset",), "84 °C"),
    )


@asynccontextmanager
async def running(flow: Reporting) -> AsyncIterator[None]:
    task = asyncio.create_task(flow.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0)


async def test_status_is_told_when_it_changes_and_health_at_intervals() -> None:
    node = FakeNode()
    began_ms = node.clock.now_ms
    async with running(reporting(node)):
        await until(lambda: len(node.wire.of("health")) == 3)
        assert 20_000 <= node.clock.now_ms - began_ms <= 40_000
        assert len(node.wire.of("status")) == 1
        node.feed.state, node.feed.last_error = "stalled", "no frame"
        await until(lambda: len(node.wire.of("status")) == 2)
    first, second = node.wire.of("status")
    assert (first.state, first.version, first.cameras[0].state) == ("online", "1.2.3", "live")
    assert (second.cameras[0].state, second.cameras[0].reason) == ("stalled", "no frame")
    health = node.wire.of("health")[0]
    assert (health.temperature_c, health.throttled_ever) == (40.0, ("under-voltage",))
    assert health.cameras[0].id == "n1.gate"
    assert (health.shed, health.shed_skipped, health.shed_reason) == (("sub frame rate",), ("preset",), "84 °C")
    assert (health.detector, health.detector_error) == ("refused", "is no model")
    assert (health.clock_offset_ms, health.clock_error_ms, health.clock_synchronised) == (-2.5, 6.5, True)
    assert (health.at_error_ms, health.stands_still) == (9, ("outbox",))
    assert (health.certificate_days, health.own_certificate_days) == (12.5, 61.5)


async def test_health_tells_how_the_line_is_shared() -> None:
    node = FakeNode(rate_bytes_s=70_000)
    with node.sharing.view(lambda: 500_000.0) as view:
        view.lag_ms = 9_000
        for _ in range(4):
            node.clock.now_ms += 1_000
            node.sharing.step()
    async with running(reporting(node)):
        await until(lambda: bool(node.wire.of("health")))
    health = node.wire.of("health")[0]
    assert (health.uplink_strained, health.uplink_live, health.uplink_upload_bytes_s) == (True, "small", 70_000)


async def test_a_sub_stream_is_told_of_while_there_is_one_and_its_loss_with_the_reason() -> None:
    node = FakeNode()
    node.feed.sub = replace(STREAM, width_px=640, height_px=360)
    async with running(reporting(node)):
        await until(lambda: len(node.wire.of("health")) == 1)
        node.feed.sub, node.feed.sub_error = None, "10.0.0.5: away"
        await until(lambda: len(node.wire.of("health")) == 2 and len(node.wire.of("status")) == 2)
    assert [status.cameras[0].has_sub for status in node.wire.of("status")] == [True, False]
    told = [(health.cameras[0].sub_state, health.cameras[0].sub_error) for health in node.wire.of("health")]
    assert told == [("live", ""), ("restarting", "10.0.0.5: away")]


class RoomyHost(FakeHost):
    """A machine with a large disk."""

    def signs(self) -> HostSigns:
        return replace(super().signs(), disk_free_bytes=10**12)


class CrampedHost(FakeHost):
    """A machine with hardly any disk."""

    def signs(self) -> HostSigns:
        return replace(super().signs(), disk_free_bytes=10_000)


async def told(flow: Reporting, node: FakeNode) -> CameraHealth:
    async with running(flow):
        before = len(node.wire.of("health"))
        await until(lambda: len(node.wire.of("health")) > before + 2)
    found = node.wire.of("health")[-1].cameras[0]
    assert isinstance(found, CameraHealth)
    return found


async def test_a_ring_that_cannot_reach_back_far_enough_is_told_and_warned_of_once() -> None:
    """The fake camera gives 2 Mbit/s: half an hour takes 450 MB."""
    for bytes_max, short in ((400_000_000, True), (500_000_000, False)):
        node = FakeNode()
        flow = reporting(node, bytes_max)
        flow._host = RoomyHost()
        with structlog.testing.capture_logs() as logs:
            health = await told(flow, node)
        assert (health.ring_reach_s, health.ring_min_s) == (bytes_max * 8 / 2_000_000, 1_800)
        assert health.ring_short is short
        assert [entry["event"] for entry in logs].count("ring holds little") == short


async def test_a_disk_that_is_smaller_than_the_ring_is_the_bound() -> None:
    node = FakeNode()
    flow = reporting(node)
    flow._host = CrampedHost()
    health = await told(flow, node)
    assert health.ring_reach_s == pytest.approx(10_000 * 8 / 2_000_000, abs=0.1)
    assert health.ring_short


async def test_wear_is_told() -> None:
    node = FakeNode()
    flow = reporting(node)
    flow._wear.wear = Wear().add(node.clock.now_ms - 30 * 3_600_000, 5).add(node.clock.now_ms, 7)
    await told(flow, node)
    health = node.wire.of("health")[0]
    assert (health.written_bytes_day, health.written_bytes_total, health.held_bytes_max) == (7, 12, 4_000_000_000)


async def test_a_cameras_health_says_that_it_is_tampered_with() -> None:
    node = FakeNode()
    watching = TamperWatching(node.feed.camera, TamperRules(), node.facts, node.outbox)
    async with running(reporting(node, watching=watching)):
        await until(lambda: len(node.wire.of("health")) == 1)
        for at_ms in range(0, 30_000, 250):
            watching.offer(LumaFrame(at_ms, np.full((144, 256), 16, np.uint8)))
        await until(lambda: len(node.wire.of("health")) == 2)
    assert [health.cameras[0].tamper for health in node.wire.of("health")] == ["", "black"]


async def test_a_new_connection_hears_the_status_again() -> None:
    node = FakeNode()
    flow = reporting(node)
    await flow.connected()
    await flow.connected()
    assert len(node.wire.of("status")) == 2


async def test_without_a_broker_nothing_is_told_and_nothing_fails() -> None:
    node = FakeNode()
    node.wire.connected = False
    began_ms = node.clock.now_ms
    async with running(reporting(node)):
        await until(lambda: node.clock.now_ms - began_ms > 60_000)
        assert node.wire.sent == []
        node.wire.connected = True
        await until(lambda: len(node.wire.of("status")) == 1)


def test_the_last_will_says_offline() -> None:
    node = FakeNode()
    will = offline_status(node.facts, "1.2.3")
    assert (will.state, will.agent_start) == ("offline", node.facts.agent_start)
