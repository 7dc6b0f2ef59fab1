"""The IMX500's network through picamera2's own class, with a sensor that is only pretended: read, placed, refused."""

import importlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.imx500 import Imx500Network, look_at_network
from shared.errors import Broken, Rejected
from tests.fakes.module import camera_module
from tests.fakes.network_file import write_network

TASK = {"task": "object detection", "classes": {"labels": ["person", "-", "car"], "ignore_undefined": True}}
SIZE_PX = (320, 192)
SHAPES = [[2, 4], [2], [2]]
YX = [0.25, 0.5, 0.5, 0.75]
LEFT_OUT = [0.0, 0.0, 0.1, 0.1]

# Said by what picamera2 reads a network with.
pytestmark = pytest.mark.filterwarnings("ignore:The metaschema specified:DeprecationWarning")


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Path]:
    with camera_module(tmp_path) as folder:
        show(folder, SHAPES, YX + LEFT_OUT + [0.8, 0.3] + [0, 0])
        yield folder


def show(control: Path, shapes: Sequence[Sequence[int]], numbers: Sequence[float]) -> None:
    """Have the sensor give these: rows of boxes are written as they are read here, the sensor's order is another."""
    flat: list[float] = []
    begin = 0
    for shape in shapes:
        size = int(np.prod(shape))
        flat += np.array(numbers[begin : begin + size]).reshape(shape).flatten(order="F").tolist()
        begin += size
    (control / "imx500-0").write_text(json.dumps({"shapes": shapes, "numbers": flat}), encoding="utf-8")


def order(model: Path, labels: Path | None = None) -> NetworkOrder:
    return NetworkOrder(model, labels, 0.5, 2.0)


def opened(
    folder: Path,
    intrinsics: Mapping[str, Any] | None = TASK,
    labels: Path | None = None,
    input_px: tuple[int, int] = (320, 320),
) -> tuple[Imx500Network, Any]:
    model = write_network(folder / "net.rpk", intrinsics, input_px)
    library: Any = importlib.import_module("picamera2")
    camera = library.Picamera2(0)
    camera.configure(
        camera.create_video_configuration(
            main={"size": SIZE_PX, "format": "YUV420"},
            lores={"size": (160, 96), "format": "YUV420"},
            raw={},
            controls={"FrameRate": 15},
            buffer_count=6,
            display=None,
            encode="main",
        )
    )
    return Imx500Network(order(model, labels), library.Picamera2.global_camera_info()[0]["Id"], 0), camera


def metadata(**changed: Any) -> dict[str, Any]:
    library: Any = importlib.import_module("picamera2")
    return {**library._sensor_metadata(0), **changed}


def seen(network: Imx500Network, camera: Any, **changed: Any) -> list[tuple[str, float, tuple[float, ...]]]:
    things = network.things(metadata(**changed), camera, SIZE_PX)
    assert things is not None
    return [
        (t.name, round(t.score, 2), tuple(round(x, 2) for x in (t.box.x1, t.box.y1, t.box.x2, t.box.y2)))
        for t in things
    ]


@pytest.mark.usefixtures("control")
def test_the_calls_fit_the_package() -> None:
    package: Any = importlib.import_module("picamera2.devices.imx500")
    sensor = package.IMX500
    assert list(inspect.signature(sensor.__init__).parameters)[1:3] == ["network_file", "camera_id"]
    assert list(inspect.signature(sensor.get_outputs).parameters) == ["self", "metadata", "add_batch"]
    places = list(inspect.signature(sensor.convert_inference_coords).parameters)
    assert places == ["self", "coords", "metadata", "picam2", "stream"]


def test_what_the_sensor_gives_lies_in_the_picture(tmp_path: Path, control: Path) -> None:
    network, camera = opened(tmp_path)
    assert network.name == "imx500 net.rpk (2 classes)"
    assert seen(network, camera) == [("person", 0.8, (0.5, 0.25, 0.75, 0.5))]
    # The picture shows the middle of what the sensor sees.
    middle = (1014, 760, 2028, 1520)
    assert seen(network, camera, ScalerCrop=middle) == [("person", 0.8, (0.5, 0.0, 1.0, 0.5))]
    show(control, SHAPES, LEFT_OUT + YX + [0.9, 0.6] + [1, 0])
    assert [name for name, *_ in seen(network, camera)] == ["car", "person"]
    assert seen(network, camera, ScalerCrop=middle) == [("person", 0.6, (0.5, 0.0, 1.0, 0.5))]
    assert network.things({"SensorTimestamp": 1}, camera, SIZE_PX) is None


def test_pixels_and_the_other_order_are_told_by_the_network(tmp_path: Path, control: Path) -> None:
    show(control, SHAPES, [160, 80, 240, 160, *LEFT_OUT, 0.8, 0.3, 0, 0])
    network, camera = opened(tmp_path, {**TASK, "cpu": {"bbox_normalization": True, "bbox_order": "xy"}})
    assert seen(network, camera) == [("person", 0.8, (0.5, 0.25, 0.75, 0.5))]


class _OlderNumpy:
    """numpy with the name of an argument that picamera2's nanodet uses and numpy has dropped."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def reshape(self, values: Any, newshape: Any) -> Any:
        return np.reshape(values, newshape)


def test_nanodets_raw_numbers_become_the_packages_boxes(
    tmp_path: Path, control: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points, columns = 52 * 52 + 26 * 26 + 13 * 13 + 7 * 7, 80 + 4 * 8
    rng = np.random.default_rng(7)
    raw = rng.normal(0, 1, (points, columns)).astype(np.float32)
    raw[:, :80] -= 9
    for point, kind in ((1390, 0), (2999, 2), (3500, 7)):
        raw[point, kind] = 3.0
    show(control, [[points, columns]], raw.flatten().tolist())
    names = [f"c{number}" for number in range(80)]
    model = {"task": "object detection", "cpu": {"post_processing": "nanodet"}, "classes": {"labels": names}}
    network, camera = opened(tmp_path, model, input_px=(416, 416))
    found = network.things(metadata(), camera, SIZE_PX)
    assert found is not None
    module: Any = importlib.import_module("picamera2.devices.imx500.postprocess_nanodet")
    monkeypatch.setattr(module, "np", _OlderNumpy())
    boxes, scores, classes = module.postprocess_nanodet_detection(outputs=raw[None], conf=0.5)[0]
    assert len(found) == len(boxes) == 3
    for kind, score, corners in zip(classes, scores, np.clip(np.asarray(boxes) / 416, 0, 1), strict=True):
        (thing,) = (thing for thing in found if thing.name == f"c{int(kind)}")
        assert abs(thing.score - score) < 1e-4
        assert np.allclose([thing.box.y1, thing.box.x1, thing.box.y2, thing.box.x2], corners, atol=0.012)
    show(control, [[8, 9]], [0.0] * 72)
    with pytest.raises(Broken, match=r"the network gives \[1, 8, 9\], not \[1, 3598, classes \+ 32\]"):
        network.things(metadata(), camera, SIZE_PX)


@pytest.mark.usefixtures("control")
def test_a_network_that_cannot_be_used_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"model: .*none\.rpk: No such file"):
        Imx500Network(order(tmp_path / "none.rpk"), "", 0)
    (tmp_path / "other.rpk").write_bytes(b"TFL3 and more")
    with pytest.raises(Rejected, match=r"model: other\.rpk is no network of an IMX500"):
        Imx500Network(order(tmp_path / "other.rpk"), "", 0)
    with pytest.raises(Rejected, match=r"model: .* is for classification"):
        opened(tmp_path, {"task": "classification"})
    with pytest.raises(Rejected, match=r"model: .* needs 'mystery' after it"):
        opened(tmp_path, {**TASK, "cpu": {"post_processing": "mystery"}})
    with pytest.raises(Rejected, match="labels: the network names no classes"):
        opened(tmp_path, None)
    with pytest.raises(Rejected, match=r"model: .* cannot be put on the sensor: 'walking' is not one of"):
        opened(tmp_path, {"task": "walking"})
    with pytest.raises(Rejected, match="cannot be put on the sensor: IMX500: Requested camera dev-node not found"):
        Imx500Network(order(tmp_path / "net.rpk"), "another@1a", 0)
    with pytest.raises(Rejected, match="kind: picamera://1 and the sensor found are not one camera"):
        Imx500Network(order(write_network(tmp_path / "net.rpk", TASK)), "", 1)


@pytest.mark.usefixtures("control")
def test_names_of_a_file_count_before_the_networks_own(tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_text("worker\nforklift\n", encoding="utf-8")
    network, camera = opened(tmp_path, None, tmp_path / "l.txt")
    assert [name for name, *_ in seen(network, camera)] == ["worker"]


def test_numbers_that_are_no_boxes_are_said(tmp_path: Path, control: Path) -> None:
    network, camera = opened(tmp_path)
    show(control, [[8]], [0.0] * 8)
    with pytest.raises(Broken, match=r"the network gives \[1, 8\]: boxes, scores and classes are needed"):
        network.things(metadata(), camera, SIZE_PX)
    with pytest.raises(Broken, match="cannot be read: tensor info length 3"):
        network.things(metadata(CnnOutputTensorInfo=b"abc"), camera, SIZE_PX)


def test_without_the_package_that_is_said_before_a_sensor_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_network(tmp_path / "net.rpk", TASK)
    monkeypatch.setitem(sys.modules, "picamera2.devices.imx500", None)
    with pytest.raises(Rejected, match=r"kind: the IMX500's packages are not installed \(apt install imx500-all\)"):
        Imx500Network(order(model), "", 0)
    assert look_at_network(order(model))[1].startswith("kind: the IMX500's packages")
    assert look_at_network(order(tmp_path / "none.rpk"))[1].endswith("No such file or directory")


@pytest.mark.usefixtures("control")
def test_a_check_looks_at_the_file_and_the_packages(tmp_path: Path) -> None:
    name, fault = look_at_network(order(write_network(tmp_path / "net.rpk", TASK)))
    assert (name.split(" (")[0], fault) == ("imx500 net.rpk", "")
