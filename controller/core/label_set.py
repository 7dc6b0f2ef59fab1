"""Decides what a person's assessment teaches a detector: which pictures, which boxes, which part of the set. Pure.

Invariants, held by tests/unit/controller/core/test_label_set.py:
1. All pictures of one alarm are in one part, whatever else is exported, today and next year.
2. A true alarm's picture has every box of its frame; a false one's none of the boxes that raised it.
3. What an assessment says nothing about is no label: such pictures are for somebody to look at, or left out.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.geometry import Box

Part = Literal["train", "val"]
Role = Literal["positive", "negative", "review"]
PARTS: tuple[Part, ...] = ("train", "val")
NEAR_MS = 500
"""A frame that was judged within this time of a picture is the picture's."""
_ABOUT_PRESENCE = frozenset({"zone_intrusion", "zone_entry", "zone_exit", "line_crossing", "loitering", "wrong_way"})
"""False, such an alarm says that nothing was there. Of other kinds the thing was there and misjudged."""


@dataclass(frozen=True, slots=True)
class LabelBox:
    """One box of a judged frame."""

    class_name: str
    track_id: int
    box: Box


@dataclass(frozen=True, slots=True)
class Assessed:
    """One pictured occurrence of an alarm that a person has assessed. No frame: none was judged near it."""

    alarm: str
    number: int
    occurrence: str
    kind: str
    camera: str
    assessment: str
    condition_ms: int
    picture_key: str
    track_ids: tuple[int, ...]
    frame_ms: int | None = None
    boxes: tuple[LabelBox, ...] = ()
    model: str = ""
    model_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What becomes of a picture."""

    role: Role
    boxes: tuple[LabelBox, ...] = ()


def label_of(one: Assessed) -> Label | str:
    """The label of an occurrence's picture, or why it has none."""
    if one.assessment == "true":
        if not one.boxes:
            return "no boxes were judged at that time"
        return Label("positive", one.boxes)
    if one.assessment == "false":
        others = tuple(box for box in one.boxes if box.track_id not in one.track_ids)
        its_own_are_missed = one.frame_ms is not None and len(others) == len(one.boxes) > 0
        return Label("review") if one.kind not in _ABOUT_PRESENCE or its_own_are_missed else Label("negative", others)
    return "a nuisance says nothing about the boxes"


def part_of(alarm: str, val_share: float) -> Part:
    """The part that an alarm's pictures belong to: by its id alone."""
    drawn = int.from_bytes(hashlib.sha256(alarm.encode()).digest()[:8], "big") / 2**64
    return "val" if drawn < val_share else "train"


def nearest(frames: Iterable[tuple[int, Any]], at_ms: int) -> tuple[int, Any] | None:
    """The frame (pts_ms, content) nearest to a time, if one is near enough."""
    near = min(frames, key=lambda frame: (abs(frame[0] - at_ms), frame[0]), default=None)
    return near if near is not None and abs(near[0] - at_ms) <= NEAR_MS else None


def name_of(one: Assessed) -> str:
    """A file's name without its ending: digits, letters a-f and hyphens only."""
    safe = "".join(sign for sign in one.occurrence.lower() if sign in "0123456789abcdef-")
    return f"{one.number:06d}-{safe}"


def classes_of(labels: Iterable[Sequence[LabelBox]]) -> tuple[str, ...]:
    """Every class name, in the order of the alphabet."""
    return tuple(sorted({box.class_name for boxes in labels for box in boxes}))


def yolo_text(boxes: Sequence[LabelBox], classes: Sequence[str]) -> str:
    """One line for each box: class, centre and size as shares of the picture. Empty: background."""
    lines = []
    for one in boxes:
        x1, y1, x2, y2 = clipped(one.box)
        numbers = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
        lines.append(" ".join([str(classes.index(one.class_name)), *(f"{number:.6f}" for number in numbers)]))
    return "".join(f"{line}\n" for line in lines)


def coco_boxes(
    boxes: Sequence[LabelBox], classes: Sequence[str], width_px: int, height_px: int
) -> list[dict[str, Any]]:
    """COCO annotations without their ids: boxes as left, top, width and height in pixels; categories from 1."""
    found = []
    for one in boxes:
        x1, y1, x2, y2 = clipped(one.box)
        left, top, wide, high = x1 * width_px, y1 * height_px, (x2 - x1) * width_px, (y2 - y1) * height_px
        found.append(
            {
                "category_id": classes.index(one.class_name) + 1,
                "bbox": [round(left, 2), round(top, 2), round(wide, 2), round(high, 2)],
                "area": round(wide * high, 2),
                "iscrowd": 0,
            }
        )
    return found


def clipped(box: Box) -> tuple[float, float, float, float]:
    """The part of a box that is in the picture."""
    x1, y1 = min(1.0, max(0.0, box.x1)), min(1.0, max(0.0, box.y1))
    return x1, y1, max(x1, min(1.0, box.x2)), max(y1, min(1.0, box.y2))
