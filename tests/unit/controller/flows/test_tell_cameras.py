"""Each camera's open alarms are told once, again on change and on a new connection, and never lost on the way."""

import pytest

from controller.core.camera_alarms import OpenAt
from controller.flows.tell_cameras import TellCameras
from controller.ports import State
from shared.errors import Transient
from shared.messages import CameraAlarmsMessage
from tests.fakes.site import HandClock, Wire


class Site:
    """Two cameras, and what is open."""

    def __init__(self) -> None:
        self.open: list[OpenAt] = []
        self.connection = 1

    async def cameras(self) -> list[State]:
        return [{"id": "gate.yard"}, {"id": "gate.hall"}]

    async def open_at(self) -> list[OpenAt]:
        return self.open


async def test_what_changed_is_told_and_nothing_else() -> None:
    site, wire = Site(), Wire()
    tell = TellCameras(site, site, wire, HandClock(), "plant", lambda: site.connection)
    for _ in range(3):
        await tell.step()
    assert [topic for topic, _ in wire.sent] == [
        "cctv/v1/site/plant/camera/gate.yard/alarms", "cctv/v1/site/plant/camera/gate.hall/alarms",
    ]  # fmt: skip
    site.open.append(OpenAt(("gate.yard", "old.gone"), "high", "raised"))
    wire.down = True
    with pytest.raises(Transient):
        await tell.step()
    wire.down = False
    await tell.step()
    told = {one.camera: (one.open, one.raised, one.severity) for one in wire.of(CameraAlarmsMessage)[2:]}
    assert told == {"gate.yard": (1, 1, "high"), "old.gone": (1, 1, "high")}
    site.open.clear()
    await tell.step()
    last = {one.camera: one.open for one in wire.of(CameraAlarmsMessage)}
    assert last == {"gate.yard": 0, "gate.hall": 0, "old.gone": 0}, "a camera that is gone does not stay in alarm"
    before = len(wire.sent)
    site.connection += 1
    await tell.step()
    assert len(wire.sent) == before + 2, "the broker may have lost what it kept"
