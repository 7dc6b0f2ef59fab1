"""The verifier on real footage with human ground truth: visits, persons, zones, nobody where nobody is."""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from controller.cli import app
from shared.geometry import Box, iou

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def judge(test_data: Path, tmp_path: Path, video: str, *, boxes: bool = False, **rule: Any) -> dict[str, Any]:
    rules = tmp_path / "rules.json"
    whole = {"name": "person", "kind": "zone_intrusion", "classes": ["person"], "persistence_s": 0.5}
    rules.write_text(json.dumps({"rules": [whole | rule]}), encoding="utf-8")
    model = test_data / "models" / "yolox_nano.onnx"
    arguments = ["verify", str(test_data / "videos" / video), "--model", str(model), "--rules", str(rules), "--json"]
    result = CliRunner().invoke(app, [*arguments, *(["--boxes"] if boxes else [])])
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def truth(test_data: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((test_data / "gt" / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.long
def test_six_visits_are_six_alarms_and_the_empty_room_none(test_data: Path, tmp_path: Path) -> None:
    report = judge(test_data, tmp_path, "one-by-one-person-detection.mp4")
    known = truth(test_data, "one-by-one.json")
    starts = [alarm["start_s"] for alarm in report["alarms"]]
    visits = [visit["start_s"] for visit in known["person_any_part"]]
    assert len(starts) == len(visits)
    assert all(0 <= start - visit <= 2 for start, visit in zip(starts, visits, strict=True))
    empty = [(span["start_s"], span["end_s"]) for span in known["empty_scene"]]
    for second in report["per_second"]:
        if any(start <= second["t"] and second["t"] + 1 <= end for start, end in empty):
            assert "person" not in second["counts"]


def test_the_crossing_is_tracked_and_the_lawn_guarded(test_data: Path, tmp_path: Path) -> None:
    lawn = truth(test_data, "vtest.json")["zone_lawn_polygon_norm"]
    report = judge(test_data, tmp_path, "vtest_480x360.mp4", boxes=True, zone=lawn, persistence_s=1.0)
    first = report["alarms"][0]["start_s"]
    assert 50 <= first <= 52.5

    persons: dict[int, list[tuple[str, Box]]] = defaultdict(list)
    with (test_data / "gt" / "vtest_boxes_480x360.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            x, y, w, h = (float(row[key]) for key in "xywh")
            persons[int(row["frame"])].append((row["track_id"], Box(x / 480, y / 360, (x + w) / 480, (y + h) / 360)))
    hits = wrong = missed = 0
    owners: dict[int, Counter[str]] = defaultdict(Counter)
    for frame in report["frames"]:
        left = list(persons[round(frame["t"] * 10)])
        for box in frame["boxes"]:
            if box["class"] != "person":
                continue
            place = Box(box["x1"], box["y1"], box["x2"], box["y2"])
            best = max(left, key=lambda known: iou(known[1], place), default=None)
            if best is None or iou(best[1], place) < 0.5:
                wrong += 1
                continue
            left.remove(best)
            hits += 1
            owners[box["track_id"]][best[0]] += 1
        missed += len(left)
    assert hits / (hits + missed) >= 0.80
    assert hits / (hits + wrong) >= 0.80
    pure = sum(max(owner.values()) for owner in owners.values())
    assert pure / hits >= 0.85, "a track follows one person"


def test_no_person_is_seen_where_only_cars_are(test_data: Path, tmp_path: Path) -> None:
    report = judge(test_data, tmp_path, "car-detection.mp4")
    assert report["alarms"] == []
    assert all(track["class"] != "person" for track in report["tracks"])
    assert report["duration_s"] == pytest.approx(30.1, abs=0.2)


def test_the_worker_enters_the_zone_behind_the_tape(test_data: Path, tmp_path: Path) -> None:
    zone = truth(test_data, "worker-zone.json")["zone_tape"]
    report = judge(test_data, tmp_path, "worker-zone-preview.mp4", zone=zone["zone_polygon_norm"])
    (alarm,) = report["alarms"]
    assert zone["crossing_frame_between"][0] / 15 + 0.5 <= alarm["start_s"] <= zone["inside_from_frame"] / 15 + 1


def test_the_one_pedestrian_is_one_alarm(test_data: Path, tmp_path: Path) -> None:
    report = judge(test_data, tmp_path, "person-bicycle-car-detection-7sec.mp4")
    visit = truth(test_data, "person-7sec.json")["person_any_part"][0]
    (alarm,) = report["alarms"]
    assert visit["start_s"] <= alarm["start_s"] <= visit["start_s"] + 2
