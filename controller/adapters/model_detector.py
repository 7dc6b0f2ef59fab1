"""A detector: any engine, any known head, pictures of any size, and batches that shrink when memory runs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import structlog
from numpy.typing import NDArray

from controller.adapters.engine import MOST_BATCH, Engine, OutOfMemory, read_input
from controller.adapters.model_file import ModelFile
from controller.adapters.model_head import ModelHead, recognise
from controller.core.batch_size import BatchSize, rung
from controller.core.model_input import IMAGENET_DEVIATION, IMAGENET_MEAN
from controller.core.records import Detection
from controller.ports import ModelInfo, Picture
from shared.errors import Rejected
from shared.geometry import Box
from shared.heads import Candidates
from shared.letterbox import PAD_VALUE, Letterbox
from shared.nms import suppress
from shared.texts import Text

log = structlog.get_logger("detector")

_NMS_IOU = 0.6


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as the model takes it, and where it lies in there."""

    plane: NDArray[Any]
    box: Letterbox


@dataclass(frozen=True, slots=True)
class Inferred:
    """What the model said to the pictures of one inference."""

    outputs: dict[str, NDArray[Any]]
    boxes: tuple[Letterbox, ...]


class ModelDetector:
    """One loaded model; `detect` and `infer` block and are called from one thread at a time."""

    def __init__(self, engine: Engine, model: ModelFile, least_confidence: float) -> None:
        self.fallback: Text | None = None  # why a faster provider does not judge
        self._engine = engine
        self._least = least_confidence
        self._input = read_input(engine.inputs, engine.metadata)
        self._head = self._recognise(model)
        self._preparation = self._head.preparation.changed(model.card.values, model.card.placing)
        self.own_classes = tuple(name for name in self._head.names if name is not None)
        calls = dict(model.card.class_map)
        called = [None if name is None else calls.get(name, name) or None for name in self._head.names]
        self._names = tuple(dict.fromkeys(name for name in called if name))
        self._columns = np.array([-1 if not name else self._names.index(name) for name in called], np.int64)
        limits: dict[str, float] = {}
        for theirs, ours in zip(self._head.names, called, strict=True):
            limits[ours or ""] = min(limits.get(ours or "", 1.0), dict(model.card.overlap).get(theirs or "", _NMS_IOU))
        self._limits = np.array([limits[name] for name in self._names], np.float32)
        self._batch = BatchSize(min(self._input.batch or MOST_BATCH, MOST_BATCH))
        self.info = ModelInfo(
            name=model.name,
            sha256=model.sha256,
            provider=engine.provider,
            classes=self._names,
            input_width_px=self._input.width_px,
            input_height_px=self._input.height_px,
            head=self._head.kind,
        )

    @property
    def batch_now(self) -> int:
        """How many pictures go into one inference at present."""
        return self._batch.now

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """Detections of each picture, best first. `OutOfMemory` when not even one picture fits into memory."""
        return self.conclude(self.infer([self.prepare(picture) for picture in pictures]))

    def prepare(self, picture: Picture) -> Prepared:
        """A picture as the model takes it; from any thread."""
        box = self._place(picture)
        return Prepared(self._prepare(picture, box), box)

    def infer(self, prepared: Sequence[Prepared]) -> list[Inferred]:
        """What the model says to them; from one thread at a time. `OutOfMemory` when not even one fits into memory."""
        results: list[Inferred] = []
        done = 0
        while done < len(prepared):
            part = prepared[done : done + self._batch.now]
            try:
                outputs = self._run([one.plane for one in part])
            except OutOfMemory as fault:
                if self._input.batch is not None or not self._batch.failed():
                    raise
                log.warning("memory ran out: fewer pictures at once", most=self._batch.now, reason=str(fault))
                continue
            self._batch.worked(len(part))
            results.append(Inferred(outputs, tuple(one.box for one in part)))
            done += len(part)
        return results

    def conclude(self, inferred: Sequence[Inferred]) -> list[tuple[Detection, ...]]:
        """What was said as detections of each picture; from any thread."""
        found: list[tuple[Detection, ...]] = []
        for one in inferred:
            candidates = self._head.decode(one.outputs, self._input.width_px, self._input.height_px, self._least)
            found += [self._detections(c, box) for c, box in zip(candidates[: len(one.boxes)], one.boxes, strict=True)]
        return found

    def warm_up(self) -> None:
        """Run every shape once, largest first, so that a provider plans before cameras wait for it."""
        size = self._batch.now if self._engine.few_shapes else 1
        black = np.zeros((self._input.height_px, self._input.width_px, 3), np.uint8)
        while size >= 1:
            self.detect([black] * size)
            size //= 2

    def close(self) -> None:
        """Unload it."""
        self._engine.close()

    def outputs(self, picture: Picture) -> dict[str, NDArray[Any]]:
        """What the model says to one picture, as it says it."""
        return self._run([self._prepare(picture, self._place(picture))])

    def _run(self, planes: list[NDArray[Any]]) -> dict[str, NDArray[Any]]:
        wanted = self._input.batch
        if wanted is None:
            wanted = rung(len(planes), self._batch.now) if self._engine.few_shapes else len(planes)
        planes += [np.zeros_like(planes[0])] * (wanted - len(planes))
        return self._engine.run(self._input.feeds(np.stack(planes)))

    def _place(self, picture: Picture) -> Letterbox:
        height, width = picture.shape[:2]
        return self._preparation.place(width, height, self._input.width_px, self._input.height_px)

    def _prepare(self, picture: Picture, box: Letterbox) -> NDArray[Any]:
        size = (box.scaled_width_px, box.scaled_height_px)
        shrinks = box.scaled_width_px < picture.shape[1] / 2
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        scaled = picture if size == picture.shape[1::-1] else cv2.resize(picture, size, interpolation=method)
        canvas = scaled
        if size != (self._input.width_px, self._input.height_px):
            canvas = np.full((self._input.height_px, self._input.width_px, 3), PAD_VALUE, np.uint8)
            rows = slice(box.top_px, box.top_px + box.scaled_height_px)
            columns = slice(box.left_px, box.left_px + box.scaled_width_px)
            canvas[rows, columns] = scaled
        planes = cv2.split(canvas)  # and put together again: many times as fast as turning the axes
        planes = planes if self._preparation.blue_first else planes[::-1]
        if self._input.kind is np.uint8:
            return cv2.merge(planes) if self._input.channels_last else np.stack(planes)
        values = np.stack(planes).astype(np.float32)
        if self._preparation.values != "byte":
            values /= np.float32(255.0)
        if self._preparation.values == "imagenet":
            values -= np.array(IMAGENET_MEAN, np.float32)[:, None, None]
            values /= np.array(IMAGENET_DEVIATION, np.float32)[:, None, None]
        turned = values.transpose(1, 2, 0) if self._input.channels_last else values
        return np.ascontiguousarray(turned, dtype=self._input.kind)

    def _recognise(self, model: ModelFile) -> ModelHead:
        size = (self._input.height_px, self._input.width_px)
        shape = (*size, 3) if self._input.channels_last else (3, *size)
        grey = PAD_VALUE if self._input.kind is np.uint8 else PAD_VALUE / 255.0  # to who wants 0..255, a dark one
        picture = np.full((self._input.batch or 1, *shape), grey).astype(self._input.kind)
        outputs = self._engine.run(self._input.feeds(picture))
        if not outputs or not any(o.size and np.isfinite(o.astype(np.float64)).any() for o in outputs.values()):
            raise Rejected("model", "a test picture gives no numbers")
        return recognise(outputs, self._input.width_px, self._input.height_px, model, dict(self._engine.metadata))

    def _detections(self, found: Candidates, box: Letterbox) -> tuple[Detection, ...]:
        told = (found.classes >= 0) & (found.classes < len(self._columns))
        columns = np.where(told, self._columns[np.where(told, found.classes, 0)], -1)
        known = columns >= 0
        boxes_px, scores, classes = found.boxes_px[known], found.scores[known], columns[known]
        kept = suppress(boxes_px, scores, classes, self._limits[classes])
        placed = box.to_picture(boxes_px[kept])
        return tuple(
            Detection(self._names[classes[index]], min(1.0, float(scores[index])), Box(*map(float, corners)))
            for index, corners in zip(kept.tolist(), placed, strict=True)
            if corners[2] > corners[0] and corners[3] > corners[1]
        )
