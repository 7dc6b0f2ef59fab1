"""The shipped model on rendered scenes that it was never trained on, through H.264 and the product's own detector."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from controller.adapters.detector import load_detector
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import find_model
from controller.core.records import Detection
from edge_agent.core.scene import ActorTruth, Scene
from shared.geometry import Box

SCENES = (
    *(("yard", seed, range(5_000, 12_000, 1_500)) for seed in (41, 42, 43, 44)),
    ("gate", 42, range(9_000, 60_000, 5_000)),
)
EMPTY = ("yard", 41, range(20_000, 27_000, 700))
CONFIDENCE = 0.5


def _as_a_camera_sends_it(arrays: list[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    """Frames through H.264, as BGR."""
    height, width = arrays[0].shape[0] * 2 // 3, arrays[0].shape[1]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26"}
    decoder = av.CodecContext.create("h264", "r")
    for n, array in enumerate([*arrays, None]):
        frame = None if array is None else av.VideoFrame.from_ndarray(array, format="yuv420p")
        if frame is not None:
            frame.pts = n
        for packet in encoder.encode(frame):
            for decoded in decoder.decode(packet):
                yield np.asarray(decoded.to_ndarray(format="bgr24"), np.uint8)
    for decoded in decoder.decode(None):
        yield np.asarray(decoded.to_ndarray(format="bgr24"), np.uint8)


def _iou(a: Box, b: tuple[float, float, float, float]) -> float:
    width = min(a.x2, b[2]) - max(a.x1, b[0])
    height = min(a.y2, b[3]) - max(a.y1, b[1])
    if width <= 0 or height <= 0:
        return 0.0
    inner = width * height
    return inner / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b[2] - b[0]) * (b[3] - b[1]) - inner)


def _of(found: tuple[Detection, ...], name: str, least: float = CONFIDENCE) -> list[Box]:
    return [one.box for one in found if one.class_name == name and one.confidence >= least]


@pytest.fixture(scope="module")
def yard() -> ModelDetector:
    return load_detector("yard", provider="cpu")


@pytest.fixture(scope="module")
def judged(yard: ModelDetector) -> list[tuple[tuple[ActorTruth, ...], tuple[Detection, ...]]]:
    """Truth and detections of every frame."""
    results: list[tuple[tuple[ActorTruth, ...], tuple[Detection, ...]]] = []
    for name, seed, times in SCENES:
        scene = Scene(name, seed)
        pictures = list(_as_a_camera_sends_it([scene.luma_chroma(t_ms) for t_ms in times]))
        results += zip((scene.truth(t_ms) for t_ms in times), yard.detect(pictures), strict=True)
    return results


def test_it_says_what_it_is(yard: ModelDetector) -> None:
    assert yard.info.classes == ("person", "helmet", "vest", "vehicle")
    assert (yard.info.input_width_px, yard.info.input_height_px) == (512, 288)
    model = find_model("yard")
    assert model.path.stat().st_size <= 4 * 1024 * 1024
    session = onnxruntime.InferenceSession(str(model.path), providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["license"] == "Apache-2.0"
    assert metadata["task"] == "detect"
    assert "rendered" in metadata["description"]
    assert session.get_inputs()[0].shape[1:] == [3, 288, 512]
    assert session.run(None, {"images": np.zeros((3, 3, 288, 512), np.float32)})[0].shape[:2] == (3, 8)


def test_it_finds_the_people(judged: list[tuple[tuple[ActorTruth, ...], tuple[Detection, ...]]]) -> None:
    clear = hit = found_persons = false = 0
    for truths, found in judged:
        persons = _of(found, "person")
        everyone = [truth for truth in truths if truth.kind == "person"]
        found_persons += len(persons)
        false += sum(all(_iou(box, truth.box) < 0.3 for truth in everyone) for box in persons)
        for truth in everyone:
            if truth.visible > 0.7:
                clear += 1
                hit += any(_iou(box, truth.box) >= 0.5 for box in persons)
    assert clear >= 15
    assert hit / clear >= 0.85
    assert false / found_persons <= 0.1


def test_it_tells_helmets_from_bare_heads(judged: list[tuple[tuple[ActorTruth, ...], tuple[Detection, ...]]]) -> None:
    seen: dict[bool, list[bool]] = {True: [], False: []}
    for truths, found in judged:
        helmets = _of(found, "helmet")
        for truth in truths:
            if truth.kind != "person" or truth.visible < 0.9:
                continue
            x1, y1, x2, y2 = truth.box
            head = y1 + 0.22 * (y2 - y1)
            on = any(x1 <= (box.x1 + box.x2) / 2 <= x2 and y1 - 0.02 < (box.y1 + box.y2) / 2 < head for box in helmets)
            seen[truth.helmet].append(on)
    assert min(map(len, seen.values())) >= 5
    assert np.mean(seen[True]) >= 0.85
    assert np.mean(seen[False]) <= 0.25


def test_it_sees_nobody_in_an_empty_yard(yard: ModelDetector) -> None:
    name, seed, times = EMPTY
    scene = Scene(name, seed)
    empty = [t_ms for t_ms in times if not scene.truth(t_ms)]
    assert len(empty) >= 4
    pictures = list(_as_a_camera_sends_it([scene.luma_chroma(t_ms) for t_ms in empty]))
    assert not any(_of(found, "person") for found in yard.detect(pictures))
