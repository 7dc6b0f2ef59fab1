"""Reads what a camera module's own sensor saw, in a thread beside the camera's, and tells it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from edge_agent.adapters.camera_sink import SensorSink
from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.imx500 import Imx500Network
from edge_agent.core.pace import Pace
from edge_agent.core.sightings import Look, Thing
from shared.errors import Broken, Rejected
from shared.geometry import Polygon, contains

log = structlog.get_logger("detector")

_SENSOR = "imx500"
_END_S = 0.5


@dataclass(frozen=True, slots=True)
class Sensing:
    """What the sensor is to run, and who hears of it."""

    order: NetworkOrder
    sink: SensorSink


def open_network(sensing: Sensing, found: Mapping[str, Any], number: int) -> Imx500Network | None:
    """The network on the sensor of the camera module that was `found`; None, and said why, where there is none."""
    sensor = str(found.get("Model", ""))
    if sensor != _SENSOR:
        _without(sensing, f"kind: picamera://{number} is {sensor or 'a sensor without a name'}, not an IMX500")
        return None
    try:
        network = Imx500Network(sensing.order, str(found.get("Id", "")), number)
    except Rejected as fault:
        _without(sensing, str(fault))
        return None
    log.info("the sensor is given its network, which may take minutes", detector=network.name)
    return network


def _without(sensing: Sensing, reason: str) -> None:
    log.warning("the sensor runs no network, the camera records without it", reason=reason)
    sensing.sink.network("", reason)


class SensorLooks:
    """The newest metadata are read; a network that takes long or fails never holds up the camera."""

    def __init__(
        self,
        network: Imx500Network,
        sensing: Sensing,
        camera: Any,
        size_px: tuple[int, int],
        privacy: tuple[Polygon, ...],
    ) -> None:
        self._network = network
        self._sink = sensing.sink
        self._camera = camera
        self._size_px = size_px
        self._privacy = privacy
        self._pace = Pace(sensing.order.per_s)
        self._waits: tuple[int, Mapping[str, Any]] | None = None
        self._changed = threading.Condition()
        self._ended = False
        self._fault: str | None = None  # None: it was not told yet how it goes
        self._thread = threading.Thread(target=self._run, name="sensor looks", daemon=True)

    def start(self) -> None:
        """The camera runs."""
        try:
            self._network.started()
        except Broken as fault:
            self._tell(str(fault))
        else:
            self._thread.start()

    def offer(self, at_ms: int, metadata: Mapping[str, Any]) -> None:
        """A picture's metadata, in the camera's thread."""
        if "CnnOutputTensor" in metadata and self._pace.take(at_ms):
            with self._changed:
                self._waits = at_ms, metadata
                self._changed.notify()

    def end(self) -> None:
        """Read nothing more."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(_END_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._waits is None and not self._ended:
                    self._changed.wait()
                if self._ended or self._waits is None:
                    return
                (at_ms, metadata), self._waits = self._waits, None
            try:
                things = self._network.things(metadata, self._camera, self._size_px)
            except Broken as fault:
                self._tell(str(fault))
                continue
            if things is not None:
                self._tell("")
                self._sink.look(Look(at_ms, tuple(thing for thing in things if not self._is_hidden(thing))))

    def _is_hidden(self, thing: Thing) -> bool:
        """The sensor sees behind what is black in the pictures; nobody is told of it."""
        return any(contains(area, thing.box.centre) for area in self._privacy)

    def _tell(self, fault: str) -> None:
        """Once, and again when it changes."""
        if fault != self._fault:
            self._fault = fault
            self._sink.network("" if fault else self._network.name, fault)
            if fault:
                log.warning("look failed", error=fault)
