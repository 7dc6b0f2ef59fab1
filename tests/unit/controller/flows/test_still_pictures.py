"""Single pictures: the node's own, asked for once whoever asks; else the newest that is stored."""

import asyncio
from dataclasses import dataclass, field

import pytest

from controller.core.node_settings import NodeAnswer
from controller.errors import Missing
from controller.flows.still_pictures import KEPT_MS, Still, StillPictures
from shared.ids import CameraId
from shared.texts import say
from tests.builders import T0
from tests.fakes.orders import FakeOrders
from tests.fakes.site import HandClock

CAMERA = CameraId("gate.yard")
TAKEN = NodeAnswer(True, "", {"pts_ms": T0}, "image/jpeg", b"jpeg")


@dataclass(slots=True)
class Store:
    """What is stored of any camera."""

    known: tuple[str, int] | None = None
    objects: dict[str, bytes] = field(default_factory=dict)

    async def newest_picture(self, camera: CameraId) -> tuple[str, int] | None:
        del camera
        return self.known

    async def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise Missing("key", say("unknown", key=key))
        return self.objects[key]


def made() -> tuple[StillPictures, FakeOrders, Store, HandClock]:
    orders, store, clock = FakeOrders(), Store(), HandClock()
    return StillPictures(orders, store, store, clock), orders, store, clock


async def test_a_node_is_asked_once_however_many_look() -> None:
    stills, orders, _, clock = made()
    orders.answers["snapshot"] = TAKEN
    assert await asyncio.gather(*[stills.newest(CAMERA) for _ in range(5)]) == [Still(b"jpeg", T0, "node")] * 5
    assert len(orders.asked) == 1
    clock.at_ms += KEPT_MS
    await stills.newest(CAMERA)
    assert len(orders.asked) == 2


@pytest.mark.parametrize("answer", [None, NodeAnswer(False, "the camera is stalled"), NodeAnswer(True, "", {}, "x")])
async def test_without_the_node_there_is_what_is_stored(answer: NodeAnswer | None) -> None:
    stills, orders, store, clock = made()
    if answer is not None:
        orders.answers["snapshot"] = answer
    assert await stills.newest(CAMERA) is None
    store.known, store.objects = ("k", T0 - 9), {"k": b"old"}
    assert await stills.newest(CAMERA) == Still(b"old", T0 - 9, "store")
    assert len(orders.asked) == 1, "a node that has none is not asked again at once"
    store.objects.clear()
    assert await stills.newest(CAMERA) is None
    clock.at_ms += KEPT_MS
    orders.down, store.objects = True, {"k": b"old"}
    assert await stills.newest(CAMERA) == Still(b"old", T0 - 9, "store")
