"""Cameras whose own sensors look, seen from the agent: the newest look, nothing old, the health of the worst."""

import asyncio
from pathlib import Path

import pytest

from edge_agent.adapters.camera_wire import NetworkOrder, NetworkTold, Sighted
from edge_agent.adapters.sensor_watcher import SensorView, SensorWatcher
from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.sightings import Look
from shared.ids import CameraId
from tests.fakes.edge import FakeFeed

ORDER = NetworkOrder(Path("net.rpk"), None, 0.5, 2.0)
GATE, YARD = CameraId("n1.gate"), CameraId("n1.yard")


def test_the_health_is_that_of_the_worst_camera() -> None:
    views = {GATE: SensorView(ORDER), YARD: SensorView(ORDER)}
    watcher = SensorWatcher(views)
    assert watcher.health == DetectorHealth("starting")
    views[GATE].hear(NetworkTold("imx500 net.rpk", ""))
    assert watcher.health == DetectorHealth("starting")
    views[YARD].hear(NetworkTold("", "model: none.rpk: No such file"))
    assert watcher.health == DetectorHealth("refused", "n1.yard: model: none.rpk: No such file")
    views[YARD].hear(NetworkTold("imx500 net.rpk", ""))
    assert watcher.health == DetectorHealth("ok")


async def test_only_the_newest_look_is_given_and_none_from_before_it_was_watched() -> None:
    view = SensorView(ORDER)
    view.hear(Sighted(Look(1, ())))
    async with SensorWatcher({GATE: view}).watch(FakeFeed(GATE)) as looks:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await looks.next_look()
        view.hear(Sighted(Look(2, ())))
        view.hear(Sighted(Look(3, ())))
        assert await looks.next_look() == Look(3, ())
        waiting = asyncio.create_task(looks.next_look())
        await asyncio.sleep(0)
        view.hear(Sighted(Look(4, ())))
        assert await waiting == Look(4, ())
