"""A model that scores how unusual a picture is: any engine, any known kind of answer. It blocks."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from controller.adapters.engine import Engine, read_input
from controller.adapters.model_file import ModelFile
from controller.core.anomaly import ScoreHead, ScoreRange, check_range, recognise_score, scaled
from controller.core.model_input import IMAGENET_DEVIATION, IMAGENET_MEAN, Placing, Preparation, Values
from controller.ports import Picture
from shared.errors import Rejected
from shared.letterbox import PAD_VALUE

USUAL_VALUES: Values = "unit"
USUAL_PLACING: Placing = "stretch"
"""As Anomalib's exports have it: 0..1, the whole input filled; what else they need is in the model."""


class AnomalyModel:
    """One loaded model. `Rejected` says why one is unfit, or why a picture has no score."""

    def __init__(self, engine: Engine, model: ModelFile, *, trial: bool = False) -> None:
        """`trial`: it is being looked at, so that what its card must say is not asked for yet."""
        card = model.card
        self._engine = engine
        self._input = read_input(engine.inputs, engine.metadata)
        if self._input.channels_last or self._input.batch not in (None, 1) or len(engine.inputs) != 1:
            raise Rejected("model", "one picture as 1x3xHEIGHTxWIDTH is what an anomaly model may take")
        self._values: Values = card.values or USUAL_VALUES
        self._preparation = Preparation(blue_first=False, values=self._values, placing=card.placing or USUAL_PLACING)
        self._mean, self._deviation = card.mean or (0.0,) * 3, card.deviation or (1.0,) * 3
        if self._values == "imagenet":
            self._mean, self._deviation = IMAGENET_MEAN, IMAGENET_DEVIATION
        self.head = self._recognise()
        if not trial:
            check_range(self.head.kind, card.score_range)
        self._range = card.score_range or ScoreRange()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its input, px."""
        return self._input.width_px, self._input.height_px

    def canvas(self, picture: Picture) -> Picture:
        """A picture as it lies in the input; from any thread."""
        return place_picture(picture, *self.size, self._preparation.placing)

    def score(self, canvas: Picture) -> float:
        """0 (as always) to 1, of what `canvas` gave."""
        given = self._given(canvas)
        return scaled(self.head.raw(self._engine.run({self._input.name: given}), given), self._range)

    def _given(self, canvas: Picture) -> NDArray[Any]:
        height, width = canvas.shape[:2]
        if (width, height) != self.size:
            raise Rejected("score", f"a picture of {width}x{height} for an input of {self.size[0]}x{self.size[1]}")
        ordered = canvas[:, :, ::-1].transpose(2, 0, 1)[None]
        if self._input.kind is np.uint8:
            return np.ascontiguousarray(ordered)
        values = ordered.astype(np.float32)
        if self._values != "byte":
            values /= 255.0
        mean, deviation = (np.array(part, np.float32).reshape(1, 3, 1, 1) for part in (self._mean, self._deviation))
        return np.ascontiguousarray((values - mean) / deviation, dtype=self._input.kind)

    def _recognise(self) -> ScoreHead:
        given = self._given(np.full((self.size[1], self.size[0], 3), PAD_VALUE, np.uint8))
        outputs = self._engine.run({self._input.name: given})
        head = recognise_score(outputs, given)
        if head is None:
            told = ", ".join(f"{name} {list(o.shape)}" for name, o in outputs.items())
            raise Rejected(
                "model",
                f"outputs {told[:300]} are no anomaly score: one number, Anomalib's pred_score, or the picture as the "
                "model would have it",
            )
        head.raw(outputs, given)  # that it is a number
        return head


def place_picture(picture: Picture, width_px: int, height_px: int, placing: Placing) -> Picture:
    """A picture scaled into an input of this size, grey where it does not reach."""
    rows, columns = picture.shape[:2]
    box = Preparation(blue_first=False, values="byte", placing=placing).place(columns, rows, width_px, height_px)
    size = (box.scaled_width_px, box.scaled_height_px)
    shrinks = size[0] < columns / 2
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    if size == (width_px, height_px):
        return np.asarray(small, np.uint8)
    canvas = np.full((height_px, width_px, 3), PAD_VALUE, np.uint8)
    canvas[box.top_px : box.top_px + size[1], box.left_px : box.left_px + size[0]] = small
    return canvas
