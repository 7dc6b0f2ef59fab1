"""The Watcher port over cameras whose own sensors look: their processes tell, nothing is shown to anybody."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from edge_agent.adapters.camera_wire import NetworkOrder, NetworkTold, Sighted
from edge_agent.adapters.newest_look import NewestLook
from edge_agent.core.detector_health import DetectorHealth
from edge_agent.ports import CameraFeed
from shared.ids import CameraId


class SensorView:
    """One camera's sensor: what it is to run, how that goes, and its newest look."""

    def __init__(self, order: NetworkOrder) -> None:
        self.order = order
        self.health = DetectorHealth("starting")
        self.looks = NewestLook()

    def hear(self, message: NetworkTold | Sighted) -> None:
        """Take what the camera's process tells."""
        match message:
            case NetworkTold(_name, fault):
                self.health = DetectorHealth("refused", fault) if fault else DetectorHealth("ok")
            case Sighted(look):
                self.looks.put(look)


class SensorWatcher:
    """All cameras of the node, each of which has a sensor that looks."""

    def __init__(self, views: Mapping[CameraId, SensorView]) -> None:
        self._views = views

    @property
    def health(self) -> DetectorHealth:
        """That of the worst; a reason names its camera."""
        for camera, view in self._views.items():
            if view.health.state == "refused":
                return DetectorHealth("refused", f"{camera}: {view.health.reason}")
        return DetectorHealth("ok" if all(view.health.state == "ok" for view in self._views.values()) else "starting")

    @asynccontextmanager
    async def watch(self, feed: CameraFeed) -> AsyncIterator[NewestLook]:
        looks = self._views[feed.camera].looks = NewestLook()  # what was seen before does not count
        yield looks

    async def run(self) -> None:
        """Nothing of its own to keep alive: the cameras' processes are supervised already."""
        await asyncio.Event().wait()
