"""The Hailo detector without a device: refused in words, and its boxes through a stand-in of picamera2's class."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.hailo import HailoDetector
from shared.errors import Broken, Rejected

PLACE = "picamera2.devices.hailo.hailo"


class Hailo:
    """What picamera2's class of that name gives for a model with its own suppression."""

    output: ClassVar[Any] = [np.array([[0.25, 0.5, 0.5, 0.75, 0.8]], np.float32), np.zeros((0, 5), np.float32)]

    def __init__(self, path: str) -> None:
        self.path = path

    def get_input_shape(self) -> tuple[int, int, int]:
        return 64, 64, 3

    def run(self, picture: NDArray[np.uint8]) -> Any:
        assert picture.shape == (64, 64, 3)
        return self.output


@pytest.fixture
def stand_in() -> Iterator[type[Hailo]]:
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "picamera2"}
    parts = PLACE.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules[".".join(parts[:end])] = ModuleType(".".join(parts[:end]))
    vars(sys.modules[PLACE])["Hailo"] = Hailo
    output = Hailo.output
    yield Hailo
    Hailo.output = output
    for name in [name for name in sys.modules if name.split(".")[0] == "picamera2"]:
        del sys.modules[name]
    sys.modules.update(before)


def model(folder: Path) -> Path:
    path = folder / "m.hef"
    path.write_bytes(b"hef")
    return path


def test_without_packages_or_model_it_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"model: .*none\.hef is not a file"):
        HailoDetector(tmp_path / "none.hef", None, 0.5)
    with pytest.raises(Rejected, match="kind: Hailo's packages are not installed"):
        HailoDetector(model(tmp_path), None, 0.5)


def test_boxes_by_class_become_things(tmp_path: Path, stand_in: type[Hailo]) -> None:
    (tmp_path / "l.txt").write_text("person\ncar\n")
    detector = HailoDetector(model(tmp_path), tmp_path / "l.txt", 0.5)
    assert detector.fit(640, 320) == (64, 32)
    (thing,) = detector.detect(np.zeros((32, 64, 3), np.uint8))
    assert thing.name == "person"
    assert (thing.box.x1, thing.box.y1) == (0.5, 0.0)
    with pytest.raises(Rejected, match="picture"):
        detector.detect(np.zeros((20, 20, 3), np.uint8))
    stand_in.output = np.zeros((1, 84), np.float32)
    with pytest.raises(Broken, match="gives no boxes by class"):
        detector.detect(np.zeros((32, 64, 3), np.uint8))
