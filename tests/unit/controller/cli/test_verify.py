"""`cctv verify`: its JSON, its text, its refusals."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from typer.testing import CliRunner, Result

from controller.app.database import migrate_site
from controller.app.site import open_site
from controller.cli import app
from tests.fakes.kserve import serving
from tests.onnx_models import build_model
from tests.unit.controller.adapters.test_frames import write_video

RULES = {"rules": [{"name": "anyone", "kind": "zone_intrusion", "persistence_s": 0.5, "severity": "critical"}]}


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "video.mp4", range(0, 3000, 40))


def model(folder: Path, name: str = "person", class_name: str = "person") -> Path:
    """Sees one thing in every picture, on the picture's middle."""
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 16, 32, 0.9, 0.0)
    names = {"names": json.dumps([class_name, "other"])}
    return build_model(folder / f"{name}.onnx", answer, metadata=names)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


def document(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_report_has_everything_that_is_promised(tmp_path: Path, video: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    report = document(video, "--model", model(tmp_path), "--rules", rules)
    assert set(report) == {
        "model", "duration_s", "frames_judged", "per_second", "tracks", "alarms", "timings_ms", "warnings",
    }  # fmt: skip
    assert report["model"]["name"] == "person"
    assert report["model"]["provider"] == "CPUExecutionProvider"
    assert len(report["model"]["sha256"]) == 64
    assert report["duration_s"] == 3.0
    assert report["frames_judged"] == 15
    assert report["per_second"] == [{"t": t, "counts": {"person": 1}} for t in range(3)]
    assert report["tracks"] == [{"id": 1, "class": "person", "first_s": 0.2, "last_s": 2.8, "confidence": 0.9}]
    assert report["alarms"] == [
        {
            "rule": "anyone",
            "kind": "zone_intrusion",
            "track_ids": [1],
            "start_s": 0.5,
            "end_s": 2.8,
            "severity": "critical",
        }
    ]
    assert set(report["timings_ms"]) == {"decode", "infer", "track", "rules", "total"}
    assert all(value >= 0 for value in report["timings_ms"].values())


def test_boxes_are_added_for_every_judged_frame(tmp_path: Path, video: Path) -> None:
    report = document(video, "--model", model(tmp_path), "--boxes", "--sample-fps", 2)
    assert [frame["t"] for frame in report["frames"]] == [0, 0.52, 1.0, 1.52, 2.0, 2.52]
    (box,) = report["frames"][-1]["boxes"]
    assert set(box) == {"class", "confidence", "track_id", "x1", "y1", "x2", "y2"}
    assert (box["x1"], box["x2"]) == (0.375, 0.625)
    assert 0 <= box["y1"] < box["y2"] <= 1


def test_two_models_are_one(tmp_path: Path, video: Path) -> None:
    both = ("--model", model(tmp_path), "--model", model(tmp_path, "hats", "helmet"))
    report = document(video, *both)
    assert report["model"]["name"] == "person+hats"
    assert [m["name"] for m in report["models"]] == ["person", "hats"]
    assert report["per_second"][1]["counts"] == {"helmet": 1, "person": 1}


def test_the_text_says_the_same(tmp_path: Path, video: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    result = run(video, "--model", model(tmp_path), "--rules", rules)
    assert result.exit_code == 0
    assert "15 frames judged in 3.0 s of video" in result.stdout
    assert "track 1: person 0.2-2.8 s" in result.stdout
    assert "alarm anyone (critical): 0.5-2.8 s" in result.stdout


def test_a_rule_that_no_model_can_serve_is_told_and_judged_anyway(tmp_path: Path, video: Path) -> None:
    rules = tmp_path / "rules.json"
    hats = {"name": "hats", "kind": "ppe_missing", "required": ["helmet"]}
    dogs = {"name": "dogs", "kind": "zone_intrusion", "classes": ["dog"]}
    rules.write_text(json.dumps({"rules": [hats, dogs]}), encoding="utf-8")
    result = run(video, "--model", model(tmp_path), "--rules", rules, "--json")
    report = json.loads(result.stdout)
    assert report["alarms"] == []
    assert [(told["code"], told["params"]["rule"]) for told in report["warnings"]] == [
        ("rule_items_unknown", "hats"),
        ("rule_classes_unknown", "dogs"),
    ]
    assert [line for line in result.stderr.splitlines() if "dogs" in line] == [
        "cctv: warning: the rule 'dogs' never alarms: the model person does not know dog"
    ]


def test_a_rule_that_can_be_served_is_not_warned_of(tmp_path: Path, video: Path) -> None:
    rules = tmp_path / "rules.json"
    off = {"name": "dogs", "kind": "zone_intrusion", "classes": ["dog"], "enabled": False}
    rules.write_text(json.dumps({"rules": [*RULES["rules"], off]}), encoding="utf-8")
    result = run(video, "--model", model(tmp_path), "--rules", rules, "--json")
    assert (json.loads(result.stdout)["warnings"], result.stderr) == ([], "")


def test_a_model_on_a_serving_cluster_that_the_site_allows(tmp_path: Path, video: Path) -> None:
    with serving(model(tmp_path)) as cluster:
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "hats.txt").write_text("person\nother", encoding="utf-8")
        asked = (video, "--model", cluster.address, "--data", tmp_path)
        told = run(*asked)
        assert (told.exit_code, cluster.batches) == (2, []), "without a site nothing leaves"
        assert f"{cluster.place} is not among [worker] serving_hosts" in told.stderr
        (tmp_path / "cctv.toml").write_text(f'[worker]\nserving_hosts = ["{cluster.place}"]\n', encoding="utf-8")
        asyncio.run(migrate_site(open_site(tmp_path / "cctv.toml")))  # as its first start does
        report = document(*asked)
        assert report["model"]["provider"] == f"kserve {cluster.place}"
        assert report["per_second"] == [{"t": t, "counts": {"person": 1}} for t in range(3)]


def test_a_provider_that_is_not_there_is_told_of(tmp_path: Path, video: Path) -> None:
    if "CUDAExecutionProvider" in ort.get_available_providers():
        pytest.skip("this runtime has CUDA")
    result = run(video, "--model", model(tmp_path), "--provider", "cuda", "--json")
    report = json.loads(result.stdout)
    assert report["model"]["provider"] == "CPUExecutionProvider"
    assert [(told["code"], told["params"]["wanted"]) for told in report["warnings"]] == [("provider_fallback", "cuda")]
    assert "cctv: warning: cuda is not used, the CPU judges" in result.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"video": "none.mp4"}, "video: "),
        ({"model": "none.onnx"}, "model: "),
        ({"rules": "none.yaml"}, "rules: "),
        ({"fps": "0"}, "--sample-fps: 0 is not more than 0 and at most 120 frames a second"),
        ({"model": "detector.tflite"}, "TensorFlow Lite file, and only ONNX (.onnx) is taken"),
        ({"model": "detector.bin"}, "only ONNX (.onnx) is taken"),
        ({"fps": "nan"}, "--sample-fps: "),
        ({"rules_text": '{"rules": [{"name": "a", "kind": "zone_intrusion", "colour": 1}]}'}, "rules[0].colour: "),
        ({"rules_text": "{"}, "rules: "),
        ({"video_bytes": b"nothing"}, "video: "),
        ({"model_bytes": b"nothing"}, "model: "),
    ],
)
def test_what_is_bad_is_named_and_ends_with_2(tmp_path: Path, video: Path, change: dict[str, Any], told: str) -> None:
    rules, net = tmp_path / "r.yaml", model(tmp_path)
    rules.write_text(change.get("rules_text", "rules: []"), encoding="utf-8")
    if "video_bytes" in change:
        video.write_bytes(change["video_bytes"])
    if "model_bytes" in change:
        net.write_bytes(change["model_bytes"])
    for other in ("detector.tflite", "detector.bin"):
        (tmp_path / other).write_bytes(b"TFL3")
    result = run(
        tmp_path / change.get("video", video.name),
        "--model",
        tmp_path / change.get("model", net.name),
        "--rules",
        tmp_path / change.get("rules", rules.name),
        "--sample-fps",
        change.get("fps", "5"),
        "--json",
    )
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
