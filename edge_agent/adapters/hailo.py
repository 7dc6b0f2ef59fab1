"""The LightDetector port on a Hailo accelerator through picamera2. Written against its source, untested on hardware."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.adapters.label_files import read_names
from edge_agent.core.accelerator_boxes import boxes_by_class
from edge_agent.core.sightings import Thing
from shared.class_names import COCO_80
from shared.errors import Broken, Rejected
from shared.letterbox import PAD_VALUE, Letterbox, fit


class HailoDetector:
    """A .hef that ends in its own suppression (boxes by class). Raises `Rejected` without device, package or model."""

    def __init__(self, model: Path, labels: Path | None, min_confidence: float) -> None:
        self._names = COCO_80 if labels is None else read_names(labels)
        self._min_confidence = min_confidence
        if not model.is_file():
            raise Rejected("model", f"{model} is not a file")
        try:
            library: Any = importlib.import_module("picamera2.devices.hailo.hailo")
        except ImportError as fault:
            raise Rejected("kind", f"Hailo's packages are not installed (apt install hailo-all): {fault}") from None
        try:
            self._device = library.Hailo(str(model))
            height, width, _colours = self._device.get_input_shape()
        except Exception as fault:  # noqa: BLE001 - the vendor's package raises its own untyped classes
            raise Rejected("model", f"{model.name} does not run on the accelerator: {fault}") from None
        self._input_px = (int(width), int(height))
        self.name = f"hailo {model.name} ({len(self._names)} classes)"

    def fit(self, width_px: int, height_px: int) -> tuple[int, int]:
        place = self._place(width_px, height_px)
        return place.scaled_width_px, place.scaled_height_px

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Thing, ...]:
        height, width = picture.shape[:2]
        place = self._place(width, height)
        if picture.ndim != 3 or (place.scaled_width_px, place.scaled_height_px) != (width, height):  # noqa: PLR2004
            raise Rejected("picture", f"of shape {list(picture.shape)} does not fit the model")
        canvas = np.full((self._input_px[1], self._input_px[0], 3), PAD_VALUE, np.uint8)
        canvas[place.top_px : place.top_px + height, place.left_px : place.left_px + width] = picture
        try:
            output = self._device.run(canvas)
        except Exception as fault:
            raise Broken(f"inference failed: {fault}") from fault
        if not isinstance(output, list):
            raise Broken("the model gives no boxes by class: take one with its suppression built in")
        return boxes_by_class(output, self._input_px, place, self._names, self._min_confidence)

    def _place(self, width_px: int, height_px: int) -> Letterbox:
        return fit(width_px, height_px, *self._input_px, centred=True)
