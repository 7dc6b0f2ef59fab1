"""Exports what people made of alarms as a set that a detector can learn from: YOLO or COCO, with a manifest."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from controller.core.label_set import (
    PARTS,
    Assessed,
    Label,
    classes_of,
    coco_boxes,
    label_of,
    name_of,
    part_of,
    yolo_text,
)
from controller.ports import ObjectStore
from shared.errors import Rejected
from shared.texts import say

Format = Literal["yolo", "coco"]


class AssessedReads(Protocol):
    """Pictured occurrences of assessed alarms."""

    def assessed(self, from_ms: int, to_ms: int) -> AsyncIterator[Assessed]:
        """Those of alarms raised in [from_ms, to_ms), by number."""
        ...


class SetFolder(Protocol):
    """A new folder that is there as a whole, or not at all. Blocks: call it in a worker thread."""

    def write(self, path: str, data: bytes) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...


@dataclass(slots=True)
class Exported:
    """What was exported. `left_out`: why not, and how many."""

    images: int = 0
    roles: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Picture:
    one: Assessed
    label: Label
    file: str  # in the folder
    part: str  # train | val | review
    width_px: int
    height_px: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExportSet:
    """`size_of` blocks: a JPEG's width and height in pixels, None when it cannot be read."""

    reads: AssessedReads
    objects: ObjectStore
    size_of: Callable[[bytes], tuple[int, int] | None]

    async def run(self, folder: SetFolder, form: Format, from_ms: int, to_ms: int, val_share: float) -> Exported:
        """Write the set; a fault leaves no folder."""
        try:
            _check_share(val_share)
            exported = await self._fill(folder, form, from_ms, to_ms, val_share)
            await asyncio.to_thread(folder.finish)
        except BaseException:
            await asyncio.to_thread(folder.abandon)
            raise
        return exported

    async def _fill(self, folder: SetFolder, form: Format, from_ms: int, to_ms: int, val_share: float) -> Exported:
        exported, pictures, left_out = Exported(), list[_Picture](), list[dict[str, Any]]()
        async for one in self.reads.assessed(from_ms, to_ms):
            found = await self._picture(folder, one, val_share)
            if isinstance(found, str):
                left_out.append({"alarm": one.number, "occurrence": one.occurrence, "why": found})
                exported.left_out[found] = exported.left_out.get(found, 0) + 1
                continue
            pictures.append(found)
            exported.images += 1
            exported.roles[found.label.role] = exported.roles.get(found.label.role, 0) + 1
        classes = classes_of(picture.label.boxes for picture in pictures)
        files = _yolo(pictures, classes) if form == "yolo" else _coco(pictures, classes)
        files["manifest.json"] = _json(_manifest(form, classes, pictures, left_out, val_share))
        for path, data in files.items():
            await asyncio.to_thread(folder.write, path, data)
        return exported

    async def _picture(self, folder: SetFolder, one: Assessed, val_share: float) -> _Picture | str:
        """The picture, written; or why it is left out."""
        label = label_of(one)
        if isinstance(label, str):
            return label
        try:
            data = await self.objects.get(one.picture_key)
        except Rejected:
            return "the store has its picture no more"
        size = await asyncio.to_thread(self.size_of, data)
        if size is None:
            return "its picture cannot be read"
        part = "review" if label.role == "review" else part_of(one.alarm, val_share)
        file = f"{'review' if part == 'review' else f'images/{part}'}/{name_of(one)}.jpg"
        await asyncio.to_thread(folder.write, file, data)
        return _Picture(one, label, file, part, *size, hashlib.sha256(data).hexdigest())


def _check_share(val_share: float) -> None:
    if not 0 <= val_share <= 1:
        raise Rejected("val_share", say("out_of_range", value=str(val_share), least=0, most=1))


def _yolo(pictures: list[_Picture], classes: tuple[str, ...]) -> dict[str, bytes]:
    """Label files beside the pictures, and what a trainer reads first."""
    files = {
        f"labels/{one.part}/{name_of(one.one)}.txt": yolo_text(one.label.boxes, classes).encode()
        for one in pictures
        if one.part != "review"
    }
    names = "".join(f"  {index}: {json.dumps(name)}\n" for index, name in enumerate(classes)) or "  {}\n"
    parts = {one.part for one in pictures} - {"review"} or {"train"}
    train, val = ("train" if "train" in parts else "val"), ("val" if "val" in parts else "train")
    # A trainer refuses a folder that is not there: a set of few pictures is tried on what it is trained on. It takes
    # both from this file's own folder: a `path` of "." would be the folder that it was started in.
    files["data.yaml"] = f"train: images/{train}\nval: images/{val}\nnames:\n{names}".encode()
    return files


def _coco(pictures: list[_Picture], classes: tuple[str, ...]) -> dict[str, bytes]:
    """One file of annotations for each part; ids count from 1."""
    files: dict[str, bytes] = {}
    categories = [{"id": index, "name": name} for index, name in enumerate(classes, 1)]
    for part in PARTS:
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for one in (picture for picture in pictures if picture.part == part):
            image = {"id": len(images) + 1, "width": one.width_px, "height": one.height_px}
            images.append({**image, "file_name": f"{name_of(one.one)}.jpg"})
            for box in coco_boxes(one.label.boxes, classes, one.width_px, one.height_px):
                annotations.append({"id": len(annotations) + 1, "image_id": image["id"], **box})
        files[f"annotations/instances_{part}.json"] = _json(
            {"images": images, "annotations": annotations, "categories": categories}
        )
    return files


def _manifest(
    form: Format,
    classes: tuple[str, ...],
    pictures: list[_Picture],
    left_out: list[dict[str, Any]],
    val_share: float,
) -> dict[str, Any]:
    """Where each picture comes from; the same alarms give the same manifest."""
    return {
        "schema": "cctv.label-set.v1",
        "format": form,
        "classes": list(classes),
        "val_share": val_share,
        "images": [
            {
                "file": picture.file,
                "part": picture.part,
                "role": picture.label.role,
                "sha256": picture.sha256,
                "width_px": picture.width_px,
                "height_px": picture.height_px,
                "boxes": len(picture.label.boxes),
                "alarm": picture.one.number,
                "occurrence": picture.one.occurrence,
                "kind": picture.one.kind,
                "assessment": picture.one.assessment,
                "camera": picture.one.camera,
                "condition_ms": picture.one.condition_ms,
                "frame_ms": picture.one.frame_ms,
                "model": picture.one.model,
                "model_sha256": picture.one.model_sha256,
            }
            for picture in pictures
        ],
        "left_out": left_out,
    }


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
