"""Heads of the DETR family (RF-DETR, RT-DETR, D-FINE, DETR): boxes and classes of a few hundred queries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from controller.core.model_input import Preparation
from shared.class_names import COCO_80
from shared.errors import Rejected
from shared.heads import Candidates, Floats

DetrKind = Literal["rf_detr", "detr", "detr_decoded", "detr_rows"]
Outputs = Mapping[str, NDArray[np.generic]]
Names = tuple[str | None, ...]

_MOST_QUERIES = 2000
_LEAST_ROWS = 50
_UNIT_LIMIT = 2.0
_FEW = 20
_BOX_WORDS = ("dets", "boxes", "bbox")
_RF_DETR = {"dets", "labels"}
# COCO's own numbers run to 90 with holes; a column for each, the first of which (0) is nothing.
_HOLES = frozenset({0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83})
_COCO_COLUMNS = 91


@dataclass(frozen=True, slots=True)
class DetrHead:
    """A recognised layout. Outputs by name; `columns`: of classes, a background's among them; 0: labels are decoded."""

    kind: DetrKind
    columns: int
    boxes: str
    scores: str
    labels: str = ""
    logits: bool = False
    softmax: bool = False
    corners: bool = False
    unit_boxes: bool = True

    @property
    def preparation(self) -> Preparation:
        """All of the family stretch the picture; RF-DETR and DETR want it as ImageNet's, the others 0..1."""
        by_imagenet = self.kind == "rf_detr" or self.softmax
        return Preparation(blue_first=False, values="imagenet" if by_imagenet else "unit", placing="stretch")


def recognise_detr(outputs: Outputs, width_px: int, height_px: int, named: int | None) -> DetrHead | None:
    """Tell the layout from one inference; None when it is another family's. `named`: how many class names are known."""
    head = _decoded(outputs) or _raw(outputs) or _rows(outputs, width_px, height_px, named)
    if head is None:
        return None
    boxes = _finite(outputs[head.boxes][0])[:, :4]
    head = replace(head, unit_boxes=float(np.abs(boxes).max(initial=0.0)) <= _UNIT_LIMIT)
    if head.kind == "detr_decoded":
        return head
    scores = _scores_of(head, outputs[head.scores][0])
    if float(scores.min(initial=0.0)) < 0 or float(scores.max(initial=0.0)) > 1:
        head = replace(head, logits=True)
        last = scores.shape[1] - 1
        background = named == last or (named is None and scores.shape[1] == _COCO_COLUMNS + 1)
        if background and float((scores.argmax(axis=1) == last).mean()) > 0.5:  # noqa: PLR2004 - of most queries
            head = replace(head, softmax=True)
    if head.boxes not in ("pred_boxes", "dets") and _are_corners(boxes):
        head = replace(head, corners=True)
    return head


def _decoded(outputs: Outputs) -> DetrHead | None:
    """Labels, boxes and scores of the best queries, as D-FINE's and RT-DETR's own exporters write them."""
    boxes = [name for name, o in outputs.items() if _is_boxes(o)]
    flat = {name: o for name, o in outputs.items() if o.ndim == 2}  # noqa: PLR2004 - batch, queries
    labels = [n for n, o in flat.items() if np.issubdtype(o.dtype, np.integer) or "label" in n or "class" in n]
    scores = [n for n in flat if n not in labels]
    if len(boxes) != 1 or len(labels) != 1 or len(scores) != 1:
        return None
    if len({outputs[n].shape[1] for n in (boxes[0], labels[0], scores[0])}) > 1:
        return None
    return DetrHead("detr_decoded", 0, boxes[0], scores[0], labels[0], corners=True)


def _raw(outputs: Outputs) -> DetrHead | None:
    """Boxes and a column for each class, still to be squashed."""
    fit = {n: o for n, o in outputs.items() if o.ndim == 3 and o.shape[1] <= _MOST_QUERIES}  # noqa: PLR2004
    boxes = [n for n, o in fit.items() if _is_boxes(o)]
    called = [n for n in boxes if any(word in n.lower() for word in _BOX_WORDS)]
    if len(boxes) > 1:
        boxes = called
    if len(boxes) != 1:
        return None
    queries = fit[boxes[0]].shape[1]
    others = [n for n, o in fit.items() if n != boxes[0] and o.shape[1] == queries and o.shape[2] > 0]
    if len(others) != 1:
        return None
    kind: DetrKind = "rf_detr" if {boxes[0], others[0]} == _RF_DETR else "detr"
    return DetrHead(kind, fit[others[0]].shape[2], boxes[0], others[0])


def _rows(outputs: Outputs, width_px: int, height_px: int, named: int | None) -> DetrHead | None:
    """One output: a row of box and class scores for each of a few hundred queries."""
    if len(outputs) != 1:
        return None
    ((name, output),) = outputs.items()
    wanted = 4 + (len(COCO_80) if named is None else named)
    if output.ndim != 3 or output.shape[2] != wanted or wanted in (4, 6):  # noqa: PLR2004 - 6: end to end
        return None
    rows = output.shape[1]
    in_grid = rows * 1024 >= 21 * width_px * height_px // 4 * 3  # about what strides 8, 16 and 32 give
    return (
        None if in_grid or not _LEAST_ROWS <= rows <= _MOST_QUERIES else DetrHead("detr_rows", wanted - 4, name, name)
    )


def _is_boxes(output: NDArray[np.generic]) -> bool:
    return output.ndim == 3 and output.shape[2] == 4 and np.issubdtype(output.dtype, np.floating)  # noqa: PLR2004


def _are_corners(boxes: Floats) -> bool:
    real = boxes[(boxes != 0).any(axis=1)]
    return bool(len(real)) and bool(((real[:, 2] > real[:, 0]) & (real[:, 3] > real[:, 1])).all())


def _finite(values: NDArray[np.generic]) -> Floats:
    return np.nan_to_num(values.astype(np.float32))


def _scores_of(head: DetrHead, values: NDArray[np.generic]) -> Floats:
    rows = _finite(values)
    return rows[:, 4:] if head.kind == "detr_rows" else rows


def settle_detr_names(head: DetrHead, named: tuple[str, ...] | None, outputs: Outputs) -> Names:
    """The name of each column, None for one that means nothing; `Rejected` where names and columns do not fit."""
    columns = head.columns
    if columns == 0:
        if named is None and _are_coco(outputs[head.labels]):
            return COCO_80
        if named is None:
            raise Rejected(
                "model", "its classes have no names: neither metadata nor a sidecar (MODEL.txt, .json, .yaml)"
            )
        return named
    with_holes = columns in (_COCO_COLUMNS, _COCO_COLUMNS + 1)
    if with_holes and named in (None, COCO_80):
        left = iter(COCO_80)
        return tuple(None if n in _HOLES or n >= _COCO_COLUMNS else next(left) for n in range(columns))
    if named is None:
        if columns == len(COCO_80):
            return COCO_80
        raise Rejected(
            "model", f"{columns} classes have no names: neither metadata nor a sidecar (MODEL.txt, .json, .yaml)"
        )
    if columns == len(named) + 1:
        return (*named, None)
    if columns != len(named):
        raise Rejected("model", f"{len(named)} class names for {columns} classes")
    return named


def _are_coco(labels: NDArray[np.generic]) -> bool:
    """Whether the best of a grey picture's labels look like those of COCO's 80: spread out, none beyond."""
    values = np.nan_to_num(labels.astype(np.float64))
    return bool(values.size) and values.min() >= 0 and _FEW <= values.max() < len(COCO_80)


def decode_detr(
    head: DetrHead, outputs: Outputs, width_px: int, height_px: int, min_confidence: float
) -> list[Candidates]:
    """Read one batch; candidates below `min_confidence` or with broken numbers are left out."""
    return [
        _decode_one(
            head,
            {name: o[at] for name, o in outputs.items() if o.ndim and at < len(o)},
            width_px,
            height_px,
            min_confidence,
        )
        for at in range(len(outputs[head.boxes]))
    ]


def _decode_one(head: DetrHead, one: Outputs, width_px: int, height_px: int, min_confidence: float) -> Candidates:
    boxes = one[head.boxes].astype(np.float32)[:, :4]
    if head.kind == "detr_decoded":
        scores = one[head.scores].astype(np.float32)
        labels = np.nan_to_num(one[head.labels].astype(np.float64), nan=-1, posinf=-1, neginf=-1)
        classes = np.clip(labels, -1, 2**31).astype(np.int64)
    else:
        columns = one[head.scores].astype(np.float32)
        columns = columns[:, 4:] if head.kind == "detr_rows" else columns
        columns = _squashed(
            head, np.where(np.isfinite(columns), columns, -np.inf if head.logits else 0).astype(np.float32)
        )
        classes = columns.argmax(axis=1)
        scores = columns[np.arange(len(classes)), classes]
    if not head.corners:
        half = boxes[:, 2:] / 2
        boxes = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
    if head.unit_boxes:
        boxes = boxes * np.array([width_px, height_px] * 2, np.float32)
    sound = np.isfinite(boxes).all(axis=1) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    keep = sound & np.isfinite(scores) & (scores >= min_confidence) & (classes >= 0)
    return Candidates(boxes[keep], scores[keep], classes[keep].astype(np.int64))


def _squashed(head: DetrHead, columns: Floats) -> Floats:
    if not head.logits:
        return columns
    if not head.softmax:
        return (1.0 / (1.0 + np.exp(-np.clip(columns, -60.0, 60.0)))).astype(np.float32)
    raised = np.exp(np.clip(columns - np.maximum(columns.max(axis=1, keepdims=True), -1e30), -60.0, 0.0))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)[:, :-1]
