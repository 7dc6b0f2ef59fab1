"""A loaded model's head with its class names, whichever family it is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from controller.adapters.model_file import ModelFile, known_names, settle_names
from controller.core.detr_heads import DetrHead, Names, decode_detr, recognise_detr, settle_detr_names
from controller.core.model_input import Placing, Preparation, Values
from shared import heads
from shared.heads import Candidates, Head

Outputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ModelHead:
    """How outputs are read. `names`: of each class, None for one that means nothing."""

    head: Head | DetrHead
    names: Names
    output: str  # where a grid's rows are

    @property
    def kind(self) -> str:
        return self.head.kind

    @property
    def preparation(self) -> Preparation:
        if isinstance(self.head, DetrHead):
            return self.head.preparation
        values: Values = "unit" if self.head.unit_range else "byte"
        placing: Placing = "centre" if self.head.centred else "corner"
        return Preparation(self.head.blue_first, values, placing)

    def decode(self, outputs: Outputs, width_px: int, height_px: int, least_confidence: float) -> list[Candidates]:
        """Candidates of each picture, in pixels of the input."""
        if isinstance(self.head, DetrHead):
            return decode_detr(self.head, outputs, width_px, height_px, least_confidence)
        return heads.decode(self.head, outputs[self.output], width_px, height_px, least_confidence)


def recognise(
    outputs: Outputs, width_px: int, height_px: int, model: ModelFile, metadata: Mapping[str, str]
) -> ModelHead:
    """Tell the head from one inference; `Rejected` says why none fits."""
    named = known_names(model, metadata)
    count = None if named is None else len(named)
    detr = recognise_detr(outputs, width_px, height_px, count) if metadata.get("task", "detect") == "detect" else None
    if detr is not None:
        return ModelHead(detr, settle_detr_names(detr, named, outputs), "")
    values = list(outputs.values())
    head = heads.recognise(values, width_px, height_px, metadata, count)
    head = heads.settle_yolox(head, values[head.output], width_px, height_px)
    head = heads.settle_scales(head, values[head.output])
    return ModelHead(head, settle_names(named, head.classes), list(outputs)[head.output])
