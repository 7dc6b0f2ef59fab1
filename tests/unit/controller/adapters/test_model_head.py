"""Whatever a model answers, of any shape, type and content, it is refused with a reason or read without harm."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from controller.adapters.engine import Feeds, Tensor
from controller.adapters.model_card import ModelCard
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile
from shared.errors import Rejected

PICTURE = np.full((48, 64, 3), 90, np.uint8)
NAMES = st.sampled_from(["dets", "labels", "boxes", "scores", "logits", "pred_boxes", "output0", "x"])
SIDES = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 80, 84, 85, 91, 92, 252, 300])
KINDS = st.sampled_from([*([np.float32] * 9), np.float16, np.int64, np.bool_, np.uint8])
WILD = np.array([0, 1, -1, 0.5, 200, 1e30, -1e30, np.nan, np.inf, -np.inf])


class AnyEngine:
    """Answers what it was told to, as many as it was asked for."""

    provider, few_shapes = "any", False

    def __init__(self, inputs: tuple[Tensor, ...], outputs: dict[str, NDArray[Any]]) -> None:
        self.inputs, self._outputs = inputs, outputs
        self.metadata: Mapping[str, str] = {}

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        count = len(next(iter(feeds.values())))
        return {name: np.repeat(o[None], count, axis=0) for name, o in self._outputs.items()}

    def close(self) -> None:
        pass


LAYOUTS: tuple[dict[str, tuple[int, ...]], ...] = (
    {"dets": (100, 4), "labels": (100, 4)},
    {"logits": (100, 3), "pred_boxes": (100, 4)},
    {"labels": (100,), "boxes": (100, 4), "scores": (100,)},
    {"output0": (7, 84)},
    {"output0": (84, 7)},
    {"output0": (84, 8)},
    {"output0": (8, 84)},
    {"output0": (252, 8)},
    {"output0": (30, 6)},
)


def filled(draw: st.DrawFn, shape: tuple[int, ...]) -> NDArray[Any]:
    """Values of all kinds, of some type."""
    seed = draw(st.integers(0, 1000))
    usual = np.linspace(-3, 3, 50) if seed % 3 else np.linspace(0, 1, 50)
    values = np.random.default_rng(seed).choice(np.concatenate([WILD, usual]) if seed % 2 else usual, shape)
    with np.errstate(all="ignore"):
        return np.asarray(values).astype(draw(KINDS))


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, NDArray[Any]]:
    """A layout that is read, filled with anything."""
    return {name: filled(draw, shape) for name, shape in draw(st.sampled_from(LAYOUTS)).items()}


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, NDArray[Any]]:
    """Outputs of any shape."""
    found: dict[str, NDArray[Any]] = {}
    queries = draw(SIDES)
    for name in draw(st.lists(NAMES, max_size=3, unique=True)):
        wide = (queries, draw(SIDES))
        found[name] = filled(
            draw, draw(st.sampled_from([(), (queries,), (queries, 4), wide, (wide[1], 84), (2, 2, 2)]))
        )
    return found


@settings(max_examples=80)
@given(
    outputs=layouts() | shapes(),
    inputs=st.lists(
        st.builds(
            Tensor,
            st.sampled_from(["images", "orig_target_sizes", "pixel_mask"]),
            st.sampled_from([np.float32, np.uint8, np.int64, None]),
            st.sampled_from([(None, 3, 64, 64), (1, 64, 64, 3), (None, 2), (None, None, None), (), (1, 3, 0, 64)]),
        ),
        max_size=3,
    ),
    classes=st.sampled_from([*([("person", "helmet", "vest")] * 5), (), ("person",), tuple(map(str, range(80)))]),
)
def test_any_answer_is_refused_or_read(
    outputs: dict[str, NDArray[Any]], inputs: list[Tensor], classes: tuple[str, ...]
) -> None:
    usual = [Tensor("images", np.float32, (None, 3, 64, 64))]
    for given_inputs in (usual, inputs):
        engine = AnyEngine(tuple(given_inputs), outputs)
        model = ModelFile("any", Path("any.onnx"), "0" * 64, ModelCard(classes=classes))
        with np.errstate(all="ignore"):
            try:
                detector = ModelDetector(engine, model, 0.1)
            except Rejected as fault:
                assert fault.fault
                continue
            for found in detector.detect([PICTURE] * 2):
                for one in found:
                    assert one.class_name in detector.info.classes
                    assert 0 <= one.box.x1 < one.box.x2 <= 1
                    assert 0 <= one.box.y1 < one.box.y2 <= 1
                    assert 0.1 <= one.confidence <= 1
