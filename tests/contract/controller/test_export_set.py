"""The labelled set on both databases: pictures from the store, boxes from verdicts, YOLO and COCO."""

import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.label_rows import LabelRows
from controller.adapters.set_folder import NewFolder, picture_size
from controller.core.lifecycle import Deed
from controller.core.records import FrameBoxes, TrackedBox
from controller.flows.export_set import Exported, ExportSet, Format
from shared.errors import Rejected
from shared.geometry import Box
from tests.builders import T0, occurrence, rule, verdict
from tests.contract.controller.conftest import Site
from tests.fakes.site import MemoryObjects

PERSON = TrackedBox(1, "person", 0.9, Box(0.25, 0.25, 0.5, 0.75))
TRUCK = TrackedBox(2, "truck", 0.8, Box(0.5, 0.5, 1.0, 1.0))


def jpeg(width: int = 64, height: int = 36) -> bytes:
    picture = np.full((height, width, 3), 90, np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1])


async def assessed(
    site: Site, objects: MemoryObjects, name: str, assessment: Any, boxes: tuple[TrackedBox, ...], **given: Any
) -> str:
    """An alarm of its own rule with one picture, resolved; the occurrence's id."""
    key = f"p/{name}.jpg"
    one = occurrence(rule(name=name, **given), 2, 4, picture_key=key, track_ids=(1,))
    frames = (FrameBoxes(T0 + 900, ()), FrameBoxes(T0 + 1_900, boxes))
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None, frames=frames), [one])
    await objects.put(key, jpeg(), "image/jpeg")
    if assessment is not None:
        await AlarmStore(site.database, site.clock).act(alarm, Deed("resolve", "kim", assessment=assessment))
    return one.id


async def export(
    site: Site, objects: MemoryObjects, out: Path, form: Format = "yolo", val_share: float = 0.0
) -> tuple[Exported, dict[str, Any]]:
    made = await ExportSet(LabelRows(site.database), objects, picture_size).run(
        NewFolder(out), form, 0, site.clock.at_ms + 1, val_share
    )
    return made, json.loads((out / "manifest.json").read_text())


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects()


async def test_true_is_labelled_false_is_background_and_the_rest_is_told(
    site: Site, objects: MemoryObjects, tmp_path: Path
) -> None:
    true = await assessed(site, objects, "true", "true", (PERSON, TRUCK))
    false = await assessed(site, objects, "false", "false", (PERSON,))
    helmet = await assessed(site, objects, "helmet", "false", (PERSON,), kind="ppe_missing", required=("helmet",))
    await assessed(site, objects, "cat", "nuisance", (PERSON,))
    await assessed(site, objects, "open", None, (PERSON,))
    await assessed(site, objects, "gone", "true", (PERSON,))
    await objects.delete("p/gone.jpg")
    await assessed(site, objects, "torn", "true", (PERSON,))
    await objects.put("p/torn.jpg", b"no jpeg", "image/jpeg")
    out = tmp_path / "set"
    made, manifest = await export(site, objects, out)
    assert (made.images, made.roles) == (3, {"positive": 1, "negative": 1, "review": 1})
    assert sum(made.left_out.values()) == len(manifest["left_out"]) == 3
    assert [one["alarm"] for one in manifest["left_out"]] == [4, 6, 7]
    files = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert files == sorted(
        [
            "data.yaml",
            f"images/train/000001-{true}.jpg",
            f"images/train/000002-{false}.jpg",
            f"labels/train/000001-{true}.txt",
            f"labels/train/000002-{false}.txt",
            "manifest.json",
            f"review/000003-{helmet}.jpg",
        ]
    )
    assert (out / f"labels/train/000001-{true}.txt").read_text() == (
        "0 0.375000 0.500000 0.250000 0.500000\n1 0.750000 0.750000 0.500000 0.500000\n"
    )
    assert (out / f"labels/train/000002-{false}.txt").read_text() == ""
    for part in ("train", "val"):
        named = re.search(rf"^{part}: (.+)$", (out / "data.yaml").read_text(), re.MULTILINE)
        assert named is not None
        assert (out / named[1]).is_dir(), "a trainer refuses a folder that is not there"
    assert (out / f"images/train/000001-{true}.jpg").read_bytes() == jpeg()
    assert not re.search("^path:", (out / "data.yaml").read_text(), re.MULTILINE), "the set may lie anywhere"
    assert '0: "person"\n  1: "truck"' in (out / "data.yaml").read_text()
    first = manifest["images"][0]
    assert (first["alarm"], first["occurrence"], first["frame_ms"], first["boxes"]) == (1, true, T0 + 1_900, 2)
    assert (first["width_px"], first["height_px"], first["role"]) == (64, 36, "positive")


async def test_coco_counts_its_ids_and_measures_in_pixels(site: Site, objects: MemoryObjects, tmp_path: Path) -> None:
    await assessed(site, objects, "one", "true", (PERSON, TRUCK))
    await assessed(site, objects, "two", "true", (TRUCK,))
    await assessed(site, objects, "none", "false", (PERSON,))
    made, _ = await export(site, objects, tmp_path / "set", "coco", 1.0)
    assert made.images == 3
    train = json.loads((tmp_path / "set/annotations/instances_train.json").read_text())
    assert train["images"] == train["annotations"] == []
    found = json.loads((tmp_path / "set/annotations/instances_val.json").read_text())
    assert found["categories"] == [{"id": 1, "name": "person"}, {"id": 2, "name": "truck"}]
    assert [image["id"] for image in found["images"]] == [1, 2, 3]
    assert [(one["id"], one["image_id"], one["category_id"]) for one in found["annotations"]] == [
        (1, 1, 1),
        (2, 1, 2),
        (3, 2, 2),
    ]
    assert found["annotations"][0]["bbox"] == [16.0, 9.0, 16.0, 18.0]
    for image in found["images"]:
        assert (tmp_path / "set/images/val" / image["file_name"]).is_file()


async def test_the_same_alarms_give_the_same_set(site: Site, objects: MemoryObjects, tmp_path: Path) -> None:
    for number in range(24):  # their numbers are drawn: all in one part would be one time in millions
        await assessed(site, objects, f"n{number}", "true", (PERSON,))
    sets = []
    for name in ("one", "two"):
        await export(site, objects, tmp_path / name, val_share=0.5)
        sets.append(
            {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        )
    assert sets[0] == sets[1]
    assert {name.split("/")[1] for name in sets[0] if name.startswith("images/")} == {"train", "val"}


async def test_a_set_without_alarms_is_empty_and_whole(site: Site, objects: MemoryObjects, tmp_path: Path) -> None:
    made, manifest = await export(site, objects, tmp_path / "set")
    assert (made.images, manifest["images"], manifest["classes"]) == (0, [], [])
    assert (tmp_path / "set/data.yaml").is_file()


async def test_an_export_that_fails_leaves_nothing(site: Site, tmp_path: Path) -> None:
    class Broken(MemoryObjects):
        async def get(self, key: str) -> bytes:
            raise OSError(key)

    objects = Broken()
    await assessed(site, objects, "one", "true", (PERSON,))
    with pytest.raises(OSError, match="one"):
        await export(site, objects, tmp_path / "set")
    with pytest.raises(Rejected, match="val_share"):
        await export(site, objects, tmp_path / "set", val_share=2)
    assert [path.name for path in tmp_path.iterdir() if "db.sqlite3" not in path.name] == []


def test_a_folder_is_new_and_its_paths_are_plain(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").touch()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for out in (full, link, full / "x", tmp_path / "no" / "parent"):
        with pytest.raises(Rejected, match="OUT"):
            NewFolder(out)
    folder = NewFolder(tmp_path / "new")
    for path in ("../x.jpg", "/etc/x.jpg", "images/../../x.jpg", "x.sh", "images//x.jpg", "", "a\x00.jpg"):
        with pytest.raises(Rejected, match="path"):
            folder.write(path, b"")
    folder.write("images/train/a-1.jpg", b"1")
    assert not (tmp_path / "new").exists()
    folder.finish()
    assert (tmp_path / "new/images/train/a-1.jpg").read_bytes() == b"1"
    (tmp_path / "empty").mkdir()
    NewFolder(tmp_path / "empty").finish()
