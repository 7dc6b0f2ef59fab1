"""Pictures of which it is known what is in them, and how well one detector sees what another sees."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import PACKAGED
from controller.core.average_precision import Known, ap50
from controller.core.records import Detection
from controller.ports import Picture
from shared.class_names import names_one_of
from shared.errors import Broken, Rejected
from shared.geometry import Box

MOST_LOSS = 0.01
"""AP50 that a provider may lose against FP32 on the CPU."""

_SEES = 0.5  # AP50 from which on a model counts as one that knows what the pictures show
_SURE = 0.25  # confidence from which on the CPU's detections stand in for the truth
_SAME = 0.02  # relative difference of raw outputs, where the model sees nothing in the pictures
_MOST_BYTES = 20_000_000
_PICTURES = (".jpg", ".jpeg", ".png")

By = Literal["truth", "agreement", "outputs"]


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A picture, and what is in it; nothing known of it: `known` is None."""

    picture: Picture
    known: tuple[Known, ...] | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """AP50 of both on the truth, or of one against the other's detections, or the likeness of their raw outputs."""

    by: By
    share: float
    reference: float

    @property
    def good(self) -> bool:
        return self.share >= self.reference - (_SAME if self.by == "outputs" else MOST_LOSS)

    def __str__(self) -> str:
        what = {"truth": "AP50", "agreement": "AP50 against the CPU", "outputs": "likeness of outputs"}[self.by]
        return f"{what} {self.share:.3f} instead of {self.reference:.3f}"


@cache
def known_pictures() -> tuple[KnownPicture, ...]:
    """The shipped ones: rendered scenes that no model of ours was trained on."""
    folder = PACKAGED / "known"
    try:
        document = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        return tuple(
            KnownPicture(
                _read(folder / one["file"]),
                tuple(Known(thing["class"], Box(*thing["box"]), thing["ignored"]) for thing in one["things"]),
            )
            for one in document["pictures"]
        )
    except (OSError, ValueError, KeyError) as fault:
        raise Broken(f"the known pictures are damaged: {fault}") from None


def pictures_in(folder: Path, most: int = 64) -> tuple[KnownPicture, ...]:
    """A site's own pictures, of which nothing is known; `Rejected` when there are none."""
    files = sorted(f for f in folder.glob("*") if f.suffix.lower() in _PICTURES)[:most]
    if not files:
        raise Rejected("pictures", f"{folder} holds no {', '.join(_PICTURES)}")
    return tuple(KnownPicture(_read(file), None) for file in files)


def _read(file: Path) -> Picture:
    if file.stat().st_size > _MOST_BYTES:
        raise Rejected("pictures", f"{file.name} is larger than {_MOST_BYTES} bytes")
    picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise Rejected("pictures", f"{file.name} is no picture")
    return np.asarray(picture, np.uint8)


def agreement(reference: ModelDetector, other: ModelDetector, pictures: Sequence[KnownPicture]) -> Agreement:
    """How well `other` sees, judged by the truth where `reference` sees it too, else by what `reference` sees."""
    theirs = reference.detect([one.picture for one in pictures])
    ours = other.detect([one.picture for one in pictures])
    truth = truth_for(reference.info.classes, pictures)
    best = ap50(theirs, truth)
    if best is not None and best >= _SEES:
        return Agreement("truth", ap50(ours, truth) or 0.0, best)
    seen = [[Known(d.class_name, d.box) for d in found if d.confidence >= _SURE] for found in theirs]
    faint = [[*sure, *_faint(found)] for sure, found in zip(seen, theirs, strict=True)]
    share = ap50(ours, faint)
    if share is not None:
        return Agreement("agreement", share, 1.0)
    return Agreement("outputs", 1.0 - max(_difference(reference, other, one.picture) for one in pictures[:4]), 1.0)


def truth_for(classes: Sequence[str], pictures: Sequence[KnownPicture]) -> list[list[Known]]:
    """What is known of each picture, of the classes that a model can tell."""
    return [[k for k in one.known or () if names_one_of(k.class_name, classes)] for one in pictures]


def _faint(found: Sequence[Detection]) -> list[Known]:
    return [Known(d.class_name, d.box, ignored=True) for d in found if d.confidence < _SURE]


def _difference(reference: ModelDetector, other: ModelDetector, picture: Picture) -> float:
    theirs, ours = reference.outputs(picture), other.outputs(picture)
    worst = 0.0
    for name, value in theirs.items():
        if name not in ours or ours[name].shape != value.shape:
            return 1.0
        wanted, got = value.astype(np.float64), ours[name].astype(np.float64)
        size = float(np.sqrt(np.mean(np.square(wanted)))) or 1.0
        off = float(np.sqrt(np.mean(np.square(got - wanted)))) / size
        worst = max(worst, off if np.isfinite(off) else 1.0)
    return min(1.0, worst)
