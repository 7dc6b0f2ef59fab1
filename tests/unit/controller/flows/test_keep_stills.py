"""Stills: a node is asked once however many look, and what it does not give leaves the last picture."""

import asyncio

import pytest

from controller.core.node_settings import NodeAnswer
from controller.errors import Missing
from controller.flows.keep_stills import FRESH_MS, KeepStills, Still
from controller.ports import State
from shared.ids import CameraId
from tests.builders import T0
from tests.fakes.orders import FakeOrders
from tests.fakes.site import HandClock

YARD = CameraId("gate.yard")


class Cameras:
    """Two cameras; `state` is the yard's."""

    def __init__(self) -> None:
        self.state = "live"

    async def cameras(self) -> list[State]:
        return [{"id": "gate.yard", "state": self.state}, {"id": "gate.door", "state": "away"}]


def answer(data: bytes, at_ms: int) -> NodeAnswer:
    return NodeAnswer(True, "", {"pts_ms": at_ms}, "image/jpeg", data)


async def test_a_node_is_asked_once_and_the_last_picture_stays_with_its_time() -> None:
    cameras, orders, clock = Cameras(), FakeOrders(), HandClock()
    stills = KeepStills(cameras, orders, clock)
    orders.answers["snapshot"] = answer(b"one", T0)
    found = await asyncio.gather(*(stills.still(YARD) for _ in range(5)))
    assert found == [Still(b"one", T0)] * 5
    assert len(orders.asked) == 1
    clock.at_ms += FRESH_MS
    orders.answers["snapshot"] = NodeAnswer(False, "the camera is stalled", None, "", b"")
    assert await stills.still(YARD) == Still(b"one", T0), "old, and it says so"
    clock.at_ms += FRESH_MS
    del orders.answers["snapshot"]
    assert await stills.still(YARD) == Still(b"one", T0)
    assert len(orders.asked) == 3
    clock.at_ms += FRESH_MS
    cameras.state = "away"
    assert await stills.still(YARD) == Still(b"one", T0)
    assert len(orders.asked) == 3, "one that is away is not asked"


async def test_a_camera_without_a_picture_has_none_and_one_that_is_not_there_is_missing() -> None:
    orders = FakeOrders()
    stills = KeepStills(Cameras(), orders, HandClock())
    orders.down = True
    assert await stills.still(YARD) is None
    assert await stills.still(CameraId("gate.door")) is None
    with pytest.raises(Missing):
        await stills.still(CameraId("gate.roof"))
