"""The network on an IMX500 sensor through picamera2: loaded, read. Written against its source, untested on hardware."""

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.label_files import read_names
from edge_agent.core.accelerator_boxes import Rows, rows_of_nanodet, rows_of_sensor
from edge_agent.core.sightings import Thing
from shared.errors import Broken, Rejected
from shared.geometry import Box

_PACKAGE = "picamera2.devices.imx500"
_BLOCK = b"9464"  # how every block of a .rpk begins
_MAX_BYTES = 64 * 1024 * 1024
_TASK = "object detection"
_SHOWN = 200


class Imx500Network:
    """One sensor's network. Made before the camera is opened; `Rejected` names `kind`, `model` or `labels`."""

    def __init__(self, order: NetworkOrder, camera_id: str, number: int) -> None:
        """`camera_id` and `number`: which of the camera modules, as picamera2 tells them."""
        self._min_confidence = order.min_confidence
        names = check_network(order)
        self._library = _load()
        try:
            self._sensor = self._library.IMX500(str(order.model), camera_id=camera_id)
            told = self._sensor.network_intrinsics or self._library.NetworkIntrinsics()
            self._input_px = tuple(int(side) for side in self._sensor.get_input_size())
        except Exception as fault:  # noqa: BLE001 - the vendor's package raises its own untyped classes
            raise Rejected("model", f"{order.model.name} cannot be put on the sensor: {_reason(fault)}") from None
        if self._sensor.camera_num != number:
            raise Rejected("kind", f"picamera://{number} and the sensor {camera_id or 'found'} are not one camera")
        if told.task not in {None, _TASK}:
            raise Rejected("model", f"{order.model.name} is for {told.task}, not for {_TASK}")
        if told.postprocess not in {None, "", "nanodet"}:
            raise Rejected("model", f"{order.model.name} needs {told.postprocess!r} after it, which is not known here")
        self._told = told
        self._names = _names(names, told)
        self.name = f"imx500 {order.model.name} ({len(self._names)} classes)"

    def started(self) -> None:
        """The camera runs: have the network see its picture in its own proportions where it asks for that."""
        if self._told.preserve_aspect_ratio:
            try:
                self._sensor.set_auto_aspect_ratio()
            except Exception as fault:
                raise Broken(f"the sensor's view cannot be set: {_reason(fault)}") from fault

    def things(self, metadata: Mapping[str, Any], camera: Any, size_px: tuple[int, int]) -> tuple[Thing, ...] | None:
        """What a picture's metadata tell, best first; None: nothing of the network. `size_px`: of the main stream.

        Raises `Broken` for what the network should not give.
        """
        try:
            outputs = self._sensor.get_outputs(metadata, add_batch=True)
            if outputs is None:
                return None
            rows = self._rows(outputs)
            found = [
                (self._names[kind], float(score), self._place(corners, metadata, camera, size_px))
                for corners, score, kind in zip(rows.corners, rows.scores, rows.classes, strict=True)
                if 0 <= kind < len(self._names)
            ]
        except Broken:
            raise
        except Exception as fault:
            raise Broken(f"what the sensor's network gives cannot be read: {_reason(fault)}") from fault
        things = (Thing(name, score, box) for name, score, box in found if box is not None)
        return tuple(sorted(things, key=lambda thing: -thing.score))

    def _rows(self, outputs: list[NDArray[Any]]) -> Rows:
        width, height = self._input_px
        if self._told.postprocess == "nanodet":
            return rows_of_nanodet(outputs[0], (width, height), self._min_confidence)
        return rows_of_sensor(
            outputs,
            (width, height),
            self._min_confidence,
            in_pixels=bool(self._told.bbox_normalization),
            x_first=self._told.bbox_order == "xy",
        )

    def _place(
        self, corners: NDArray[np.float32], metadata: Mapping[str, Any], camera: Any, size_px: tuple[int, int]
    ) -> Box | None:
        """Where it is in the picture, which may show a part of what the sensor sees; None: nowhere."""
        coordinates = tuple(float(value) for value in corners)
        left, top, wide, high = self._sensor.convert_inference_coords(coordinates, metadata, camera)
        x1, y1 = max(0.0, left / size_px[0]), max(0.0, top / size_px[1])
        x2, y2 = min(1.0, (left + wide) / size_px[0]), min(1.0, (top + high) / size_px[1])
        return Box(x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def check_network(order: NetworkOrder) -> tuple[str, ...] | None:
    """The names of the labels' file, if there is one; `Rejected` for a file that cannot be a network."""
    model = order.model
    try:
        size = model.stat().st_size
        with model.open("rb") as file:
            head = file.read(len(_BLOCK))
    except OSError as fault:
        raise Rejected("model", f"{model}: {fault.strerror}") from None
    if head != _BLOCK:
        raise Rejected("model", f"{model.name} is no network of an IMX500 (.rpk)")
    if size > _MAX_BYTES:
        raise Rejected("model", f"{model.name} has {size} bytes (at most {_MAX_BYTES})")
    return None if order.labels is None else read_names(order.labels)


def look_at_network(order: NetworkOrder) -> tuple[str, str]:
    """What would run, or why nothing would, as far as that is seen without touching a sensor."""
    try:
        check_network(order)
        _load()
    except Rejected as fault:
        return "", str(fault)
    return f"imx500 {order.model.name} (its sensor is the camera process's own and was not asked)", ""


def _load() -> Any:
    try:
        return importlib.import_module(_PACKAGE)
    except ImportError as fault:
        raise Rejected("kind", f"the IMX500's packages are not installed (apt install imx500-all): {fault}") from None


def _names(given: tuple[str, ...] | None, told: Any) -> tuple[str, ...]:
    names = given if given is not None else tuple(told.labels or ())
    if told.ignore_dash_labels:
        names = tuple(name for name in names if name and name != "-")
    if not names:
        raise Rejected("labels", "the network names no classes: give a file of names, one per line")
    return names


def _reason(fault: Exception) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:_SHOWN] if lines else type(fault).__name__
